import { type Contestant, contestants } from './contestants.ts';
import type { Workload } from './workload.ts';
import { groups } from './workloads/index.ts';

/** Who takes part in a workload. */
export async function takingPart(workload: Workload): Promise<Contestant[]> {
  const { group, payload, invited, only } = workload;
  const taking = [];
  for (const contestant of contestants) {
    const { name, kind, atMost, byInvitation, load } = contestant;
    if (only && !only.includes(name)) continue;
    if (byInvitation && !invited?.includes(name)) continue;
    if (atMost && payload > atMost.bytes) continue;
    if (kind === 'cpython' ? groups[group]!.hasCPython : groups[group]!.suits(workload, await load()))
      taking.push(contestant);
  }
  return taking;
}
