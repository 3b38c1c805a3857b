import { readerCases } from '../../src/reader.ts';
import { readFrames } from '../reference/adapter.ts';
import { reader } from '../reference/contract.ts';
import { describeMutants } from './mutant.ts';
import { readerMutants } from './reader-mutants.ts';

describeMutants('readFrames', readerMutants, (read = readFrames) => readerCases({ ...reader, read }));
