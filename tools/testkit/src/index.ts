export { canMeasurePeakMemory, type MeasuredProgram, peakMemory } from './peak-memory.ts';
export { describeWith, findProgram, requireProgram } from './program.ts';
export { Python } from './python.ts';
