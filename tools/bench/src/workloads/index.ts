import type { Group, Workload } from '../workload.ts';
import { group as adapters } from './adapters.ts';
import { group as building } from './building.ts';
import { group as ingest } from './ingest.ts';
import { group as manyStreams } from './many-streams.ts';
import { group as smallOperations } from './small-operations.ts';

/** By the name that their workloads carry. A further kind of work is a file beside this one and a line here. */
const byName = { building, 'many-streams': manyStreams, 'small-operations': smallOperations, ingest, adapters };

export const groups: Readonly<Record<string, Group<Workload>>> = byName as unknown as Record<string, Group<Workload>>;
export const workloads: readonly Workload[] = Object.values(groups).flatMap((group) => group.workloads);
