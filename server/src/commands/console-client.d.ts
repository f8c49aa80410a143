import type { Route, RouteArguments, RouteResponse } from '@signet/shared/api/contract';
export declare function consoleSocket(dataDir: string): string;
/** The admin API for the command line: the same contract as the dashboard's, over the socket in the data folder. */
export declare class ConsoleClient {
    #private;
    constructor(dataDir: string);
    /** @throws SignetError as the server answered it; StartupError when no server runs on this data folder */
    call<R extends Route>(route: R, given: RouteArguments<R>): Promise<RouteResponse<R>>;
}
//# sourceMappingURL=console-client.d.ts.map