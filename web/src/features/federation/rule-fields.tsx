import { SubjectMatch } from '@signet/shared/api/federation'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Field, FieldRow, Select, TextArea, TextInput } from '../../ui/form.tsx'
import { entityWords, matchWords, presetWords } from './federation-words.ts'
import { type DraftFaults, githubEntities, presets, type RuleDraft, trustOf } from './rule-draft.ts'
import { Warnings } from './warnings.tsx'

const presetChoices = presets.map((value) => ({ value, label: presetWords[value] }))
const entityChoices = githubEntities.map((value) => ({ value, label: entityWords[value] }))
const matchChoices = SubjectMatch.options.map((value) => ({ value, label: `Subject ${matchWords[value]}` }))
const keyChoices = [
  { value: 'discovery', label: 'Fetch them from the issuer (discovery)' },
  { value: 'pinned', label: 'Pin them here, for closed networks' },
] as const

interface RuleFieldsProps {
  draft: RuleDraft
  faults: DraftFaults
  /** Why it trusts more than was probably meant. */
  warnings: readonly string[]
  onChange: (draft: RuleDraft) => void
  /** A rule that is changed is shown whole: no preset. */
  isNew: boolean
}

/** The fields of a rule: whose tokens it trusts, and with which keys. */
export function RuleFields(props: RuleFieldsProps) {
  const { draft, onChange, isNew } = props
  return (
    <>
      {isNew && (
        <Field label="Who issues the tokens">
          {(control) => (
            <Select
              {...control}
              value={draft.preset}
              choices={presetChoices}
              onChange={(preset) => onChange({ ...draft, preset })}
            />
          )}
        </Field>
      )}
      <Text {...props} field="name" label="Name" hint="For people; nothing compares it." />
      {draft.preset === 'kubernetes' && <Kubernetes {...props} />}
      {draft.preset === 'github' && <Github {...props} />}
      {draft.preset === 'other' && <Other {...props} />}
      <div aria-live="polite">
        {props.warnings.length > 0 && (
          <Warnings warnings={props.warnings} title="It trusts more than it probably should" />
        )}
      </div>
      {draft.preset !== 'other' && <CodeBlock code={trustOf(draft).subject} label="subject it trusts" />}
      <Field label="Audiences" hint="One a line. The token must name one of them." error={props.faults.audiences}>
        {(control) => (
          <TextArea
            {...control}
            rows={2}
            value={draft.audiences}
            onChange={(event) => onChange({ ...draft, audiences: event.target.value })}
          />
        )}
      </Field>
      <Keys {...props} />
    </>
  )
}

interface TextProps extends RuleFieldsProps {
  field: 'name' | 'issuer' | 'namespace' | 'serviceAccount' | 'repository' | 'entityName' | 'subject'
  label: string
  hint?: string
  placeholder?: string
}

function Text({ draft, faults, onChange, field, label, hint, placeholder }: TextProps) {
  return (
    <Field label={label} hint={hint} error={faults[field]}>
      {(control) => (
        <TextInput
          {...control}
          placeholder={placeholder}
          value={draft[field]}
          onChange={(event) => onChange({ ...draft, [field]: event.target.value })}
        />
      )}
    </Field>
  )
}

const issuerHint = 'As its tokens say it, to the last character: a slash at the end counts.'

function Kubernetes(props: RuleFieldsProps) {
  return (
    <>
      <Text {...props} field="issuer" label="Issuer of the cluster" hint={issuerHint} placeholder="https://…" />
      <FieldRow>
        <Text {...props} field="namespace" label="Namespace" />
        <Text {...props} field="serviceAccount" label="Service account" />
      </FieldRow>
    </>
  )
}

function Github(props: RuleFieldsProps) {
  const { draft, onChange } = props
  return (
    <>
      <Text {...props} field="repository" label="Repository" placeholder="owner/repository" />
      <FieldRow>
        <Field label="What may run as it">
          {(control) => (
            <Select
              {...control}
              value={draft.entity}
              choices={entityChoices}
              onChange={(entity) => onChange({ ...draft, entity })}
            />
          )}
        </Field>
        {draft.entity !== 'pull-request' && (
          <Text {...props} field="entityName" label={`Name of the ${entityWords[draft.entity].toLowerCase()}`} />
        )}
      </FieldRow>
    </>
  )
}

const subjectHints: Record<SubjectMatch, string> = {
  exact: 'The whole subject; case counts, and * means nothing.',
  prefix: 'What the subject begins with. Let it end at a separator, such as / or a colon.',
  expression: "Such as claims['sub'] matches 'repo:contoso/*' and claims['environment'] eq 'prod'.",
}

function Other(props: RuleFieldsProps) {
  const { draft, onChange } = props
  return (
    <>
      <Text {...props} field="issuer" label="Issuer" hint={issuerHint} placeholder="https://…" />
      <Field label="How the subject is compared">
        {(control) => (
          <Select
            {...control}
            value={draft.match}
            choices={matchChoices}
            onChange={(match) => onChange({ ...draft, match })}
          />
        )}
      </Field>
      <Text
        {...props}
        field="subject"
        label={draft.match === 'expression' ? 'Expression' : 'Subject'}
        hint={subjectHints[draft.match]}
      />
    </>
  )
}

function Keys({ draft, faults, onChange }: RuleFieldsProps) {
  return (
    <>
      <Field label="Keys of the issuer">
        {(control) => (
          <Select
            {...control}
            value={draft.keySource}
            choices={keyChoices}
            onChange={(keySource) => onChange({ ...draft, keySource })}
          />
        )}
      </Field>
      {draft.keySource === 'pinned' && (
        <Field
          label="Key set"
          hint="JSON Web Key Set with the public keys. Nothing is fetched; a new key of the issuer has to be pinned here."
          error={faults.jwks}
        >
          {(control) => (
            <TextArea
              {...control}
              value={draft.jwks}
              onChange={(event) => onChange({ ...draft, jwks: event.target.value })}
            />
          )}
        </Field>
      )}
    </>
  )
}
