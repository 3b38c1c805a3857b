import type { Measured } from './measure.ts';

/** Against whom a figure of memio's is held: a contestant by name, the fastest of a kind, or the bytes of the payload. */
type Against = 'payload' | 'packages' | 'peers' | 'copying peers' | (string & {});

export interface Goal {
  workload: string;
  /** Default: `memio`. */
  who?: string;
  against: Against;
  /** Of the peak memory instead of the time. Against `payload` it always is. */
  of?: 'peak';
  /** The most it may be, as a share of what it is held against. */
  atMost: number;
  /** The same from Node 24 on, where its garbage collector is given more room. */
  atMostFrom24?: number;
}

const goals = (workloads: readonly string[], ...of: Omit<Goal, 'workload'>[]): Goal[] =>
  workloads.flatMap((workload) => of.map((goal) => ({ workload, ...goal })));

const CPYTHON = 'CPython io.BytesIO';
const RESPONSE = 'new Response()';
const SOURCES = ['web', 'response', 'file'];

export const GOALS: readonly Goal[] = [
  ...goals(
    ['256m-view'],
    { against: 'limit', atMost: 1.2 },
    { against: 'Buffer.concat', atMost: 0.75 },
    { against: 'payload', atMost: 1.2, atMostFrom24: 1.35 },
    { against: 'peers', atMost: 1 },
  ),
  ...goals(
    ['256m-copy'],
    { who: 'memio transfer()', against: 'limit', atMost: 0.8 },
    { against: 'limit', atMost: 1.2 },
  ),
  ...goals(['1g-view'], { against: 'limit', atMost: 1.5 }, { against: 'payload', atMost: 1.3 }),
  ...goals(['1m-tiny'], { against: 'packages', atMost: 0.5 }, { against: CPYTHON, atMost: 0.6 }),
  ...goals(['10k-copy', '100k-copy', '1.3m-copy', '20m-copy'], { against: 'copying peers', atMost: 1.1 }),
  ...goals(['streams-read', 'streams-readinto'], { against: 'packages', atMost: 0.5 }),
  ...goals(['write-1', 'write-16', 'write-100', 'write-256', 'readinto-100', 'tell', 'seek'], {
    against: CPYTHON,
    atMost: 0.8,
  }),
  ...goals(['readline-1000', 'readline-10000'], { against: CPYTHON, atMost: 2 }, { against: 'peers', atMost: 1 }),
  ...goals(
    SOURCES.map((source) => `ingest-${source}-1m`),
    { against: RESPONSE, atMost: 1 },
  ),
  ...goals(
    SOURCES.map((source) => `ingest-${source}-16m`),
    { against: RESPONSE, atMost: 1 },
    { against: 'peers', atMost: 1.1 },
    { of: 'peak', against: RESPONSE, atMost: 1 },
  ),
  ...goals(
    SOURCES.map((source) => `ingest-${source}-256m`),
    { against: RESPONSE, atMost: 0.75 },
    { against: 'peers', atMost: 1 },
    { of: 'peak', against: RESPONSE, atMost: 0.5 },
    { against: 'payload', atMost: 1.35 },
  ),
  ...goals(
    ['pdf', 'zip-store', 'zip-deflate', 'png'].map((file) => `adapters-${file}`),
    { against: 'by hand', atMost: 1.02 },
    { of: 'peak', against: 'by hand', atMost: 1 },
    { of: 'peak', against: "the library's own", atMost: 1 },
  ),
];

export interface Verdict {
  measured: number;
  /** Whom it was held against in the end. */
  against: string;
  met: boolean;
}

/** `undefined` where those it takes were not measured. */
export function judge(
  goal: Goal,
  nodeMajor: number,
  measured: readonly Measured[],
  payload: number,
): Verdict | undefined {
  const subject = measured.find(({ contestant }) => contestant.name === (goal.who ?? 'memio'));
  const atMost = (nodeMajor >= 24 ? goal.atMostFrom24 : undefined) ?? goal.atMost;
  const verdict = (share: number, against: string) => ({ measured: share, against, met: share <= atMost });
  if (goal.against === 'payload') {
    return subject?.peak && verdict(subject.peak.median / payload, 'payload');
  }
  const figure = (of: Measured) => (goal.of === 'peak' ? of.peak : of.time)?.median;
  const mine = subject && figure(subject);
  const rivals = measured.flatMap((rival) => {
    const its = isMeant(goal.against, rival.contestant) ? figure(rival) : undefined;
    return its === undefined ? [] : [{ its, name: rival.contestant.name }];
  });
  const next = rivals.toSorted((a, b) => a.its - b.its)[0];
  return mine === undefined || !next ? undefined : verdict(mine / next.its, next.name);
}

function isMeant(against: Against, { name, kind, chunks }: Measured['contestant']): boolean {
  if (against === 'packages') return kind === 'package';
  if (against === 'peers') return isPeer(kind);
  if (against === 'copying peers') return isPeer(kind) && chunks === 'copied';
  return name === against;
}

export const isPeer = (kind: Measured['contestant']['kind']): boolean => kind === 'package' || kind === 'node';
