export { describeWith, findProgram, requireProgram } from './program.ts';
export { Python } from './python.ts';
