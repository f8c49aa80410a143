import type { IncomingMessage, RequestListener } from 'node:http'
import { TLSSocket } from 'node:tls'
import { hostNameOf, type Service, type ServiceDirectory } from '../service-names.ts'
import { SignetError } from '../signet-error.ts'
import { refuseBeforeReading } from './listener.ts'

/**
 * Gives each request to the service whose name it has, and to no other; says to browsers that a configured name stays with
 * TLS (SEC-163). Runs for every token: of what clients send as a rule nothing is parsed.
 *
 * A name that is nobody's, or another service's than the TLS connection was opened for, is 421: whoever stands between and
 * looks at the names of connections must not be passed by way of a name that he lets through (SEC-180).
 */
export function byServiceName(
  directory: ServiceDirectory,
  services: Readonly<Record<Service, RequestListener>>,
): RequestListener {
  return (request, response) => {
    const { host } = request.headers
    const addressed = host === undefined ? undefined : directory.find(host)
    if (!addressed) {
      refuseBeforeReading(response, refusalOf(host))
      return
    }
    const opened = nameOfConnection(request)
    if (opened !== undefined && directory.find(opened)?.service !== addressed.service) {
      refuseBeforeReading(response, new SignetError('misdirected', 'The connection was opened for another name.'))
      return
    }
    if (addressed.isConfigured) {
      response.setHeader('Strict-Transport-Security', 'max-age=31536000; includeSubDomains')
    }
    services[addressed.service](request, response)
  }
}

function refusalOf(host: string | undefined): SignetError {
  if (host !== undefined && hostNameOf(host) !== undefined) {
    return new SignetError('misdirected', 'This server has no service of that name; signet hosts prints those it has.')
  }
  return new SignetError('invalid_request', 'The request does not name a host.')
}

function nameOfConnection({ socket }: IncomingMessage): string | undefined {
  const name = socket instanceof TLSSocket ? socket.servername : undefined
  return name === undefined || name === null || name === false ? undefined : name
}
