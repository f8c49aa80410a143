import 'reflect-metadata'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import { DerError, derTag, readDer } from './der.ts'

const nameConstraintsOid = '2.5.29.30'
const permittedTag = 0xa0
const excludedTag = 0xa1
const dnsTag = 0x82
const addressTag = 0x87

/**
 * The critical extension that confines a CA to the names of a deployment (RFC 5280 §4.2.1.10): each DNS name with what is
 * below it, each address alone. With no name at all it excludes every DNS name and every address, so that what signs
 * client certificates can sign for no server.
 */
export function nameConstraints(names: readonly string[]): x509.Extension {
  const [tag, bases] =
    names.length > 0 ? ([permittedTag, distinctBases(names)] as const) : ([excludedTag, everyName] as const)
  const subtrees = bases.map((base) => der(derTag.sequence, base))
  return new x509.Extension(nameConstraintsOid, true, der(derTag.sequence, der(tag, ...subtrees)))
}

/** Whether a CA may sign for all of these names. One without the extension is not confined, and counts as not made for them. */
export function permitsNames(certificate: Uint8Array, names: readonly string[]): boolean {
  const extension = new x509.X509Certificate(certificate).getExtension(nameConstraintsOid)
  if (!extension) return false
  try {
    const [subtrees] = readDer(Buffer.from(extension.value)).children
    if (subtrees?.tag !== permittedTag) return false
    const permitted = new Set(subtrees.children.map((subtree) => subtree.content.toString('hex')))
    return distinctBases(names).every((base) => permitted.has(base.toString('hex')))
  } catch (error) {
    if (error instanceof DerError) return false
    throw error
  }
}

const everyName = [der(dnsTag), der(addressTag, Buffer.alloc(8)), der(addressTag, Buffer.alloc(32))]

function distinctBases(names: readonly string[]): Buffer[] {
  return [...new Set(names.map((name) => name.replace(/^\*\./, '')))].map(baseOf)
}

function baseOf(name: string): Buffer {
  if (isIP(name) === 0) return der(dnsTag, Buffer.from(name, 'ascii'))
  const encoded = Buffer.from(new x509.GeneralName('ip', name).rawData)
  const address = encoded.subarray(2)
  return der(addressTag, address, Buffer.alloc(address.length, 0xff))
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content])
  const octets = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...octets), content])
}
