import { writeFileSync } from 'node:fs'
import { openStack } from '../../test/stack.ts'
import { dieAtSteps } from './crash-steps.ts'
import { scenes } from './scenes/all.ts'
import { recordsOf, type StepOrder, storyFile } from './step-kills.ts'

/** One process that comes to a step and dies there. It ends by itself where the step is never reached. */
const { folder, step, moment } = JSON.parse(process.argv[2] ?? '{}') as StepOrder
const stack = await openStack({ folder })
const scene = scenes[step]
const memo = await scene.arrange(stack)
const before = recordsOf(stack.dataDir, step)
writeFileSync(storyFile(folder), JSON.stringify({ memo, before, at: stack.clock.now() }))
dieAtSteps(stack, { death: { step, moment } })
await scene.act(stack, memo)
process.exit(0)
