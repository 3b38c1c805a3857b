import { describeReader, describeWriter } from '../index.ts';
import { reader, writer } from './contract.ts';

describeWriter(writer);
describeReader(reader);
