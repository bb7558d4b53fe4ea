/** A declared table as a DynamoDB table. */
import { type Table } from '../../../libs/topology/src/model.js';
import { DynamodbTable } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { keepInState } from './keep-in-state.js';

export interface TableProps {
  readonly table: Table;
  readonly name: string;
  /** Of the customer's own key; without one DynamoDB encrypts with a key that AWS owns. */
  readonly keyArn: string | undefined;
  /** Refuses a delete, whatever the declaration says. */
  readonly protected: boolean;
  /** Its id in the state before it was declared under this name. */
  readonly movedFrom?: string;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html */
export class TableConstruct extends Construct {
  readonly resource: DynamodbTable;

  constructor(scope: Construct, id: string, { table, name, keyArn, protected: kept, movedFrom }: TableProps) {
    super(scope, id);
    const keys = [table, ...table.indexes].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
    this.resource = new DynamodbTable(this, 'table', {
      name,
      billingMode: 'PAY_PER_REQUEST',
      hashKey: table.partitionKey,
      rangeKey: table.sortKey,
      attribute: [...new Set(keys)].map((key) => ({ name: key, type: 'S' })),
      globalSecondaryIndex: table.indexes.map((index) => ({
        name: index.name,
        hashKey: index.partitionKey,
        rangeKey: index.sortKey,
        projectionType: 'ALL',
      })),
      ...(table.streamView && { streamEnabled: true, streamViewType: table.streamView }),
      ...(table.expiry !== undefined && { ttl: { attributeName: table.expiry, enabled: true } }),
      pointInTimeRecovery: { enabled: table.pointInTimeRecovery },
      // Disabled means a key that AWS owns: DynamoDB encrypts in any case.
      serverSideEncryption: { enabled: table.encryption && keyArn !== undefined, kmsKeyArn: keyArn },
      deletionProtectionEnabled: table.deletionProtection || kept,
      ...(kept && { lifecycle: { preventDestroy: true } }),
    });
    keepInState(this.resource, id, movedFrom);
  }

  get arn(): string {
    return this.resource.arn;
  }

  get streamArn(): string {
    return this.resource.streamArn;
  }
}
