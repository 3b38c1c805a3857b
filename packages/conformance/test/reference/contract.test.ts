import { describeReader, describeWriter } from '../../src/index.ts';
import { reader, writer } from './contract.ts';

describeWriter(writer);
describeReader(reader);
