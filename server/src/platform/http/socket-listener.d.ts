import { type RequestListener } from 'node:http';
/** Paths of sockets are at most this long on Linux and macOS; a relative one is shorter. */
export declare function socketPath(file: string): string;
/**
 * Listens on a socket file that only its owner can open. A file left by a process that is gone is replaced.
 *
 * @throws StartupError when another process answers there: it has the same data folder
 */
export declare function listenOnSocket(file: string, handler: RequestListener): Promise<() => Promise<void>>;
//# sourceMappingURL=socket-listener.d.ts.map