import { writerCases } from '../../src/writer.ts';
import { writer } from '../reference/contract.ts';
import { describeMutants } from './mutant.ts';
import { writerMutants } from './writer-mutants.ts';

describeMutants('writeFrames', writerMutants, (write = writer.write) => writerCases({ ...writer, write }));
