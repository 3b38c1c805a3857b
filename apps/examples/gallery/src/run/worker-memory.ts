import { formatBytes } from '../format.ts';

interface Measurement {
  breakdown: { bytes: number; attribution: { scope: string }[] }[];
}

type Measuring = Performance & { measureUserAgentSpecificMemory?(): Promise<Measurement> };

/**
 * What workers hold, in words. A browser that tells does so after its next garbage collection, which may take 20 s; the
 * worker has to live until then.
 */
export async function workerMemory(): Promise<string> {
  const { measureUserAgentSpecificMemory: measure } = performance as Measuring;
  if (!measure || !crossOriginIsolated) return 'this browser does not tell';
  const { breakdown } = await measure.call(performance);
  const ofWorkers = breakdown.filter(({ attribution }) => attribution.some(({ scope }) => scope.includes('Worker')));
  const bytes = ofWorkers.reduce((sum, { bytes }) => sum + bytes, 0);
  return bytes === 0 ? 'this browser does not tell' : `${formatBytes(bytes)} in the worker afterwards`;
}
