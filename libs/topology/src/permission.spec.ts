import { describe, it } from 'node:test';
import { expect } from 'expect';
import { queue, singleTable, topic } from './construct.js';
import { permissionsOf } from './permission.js';
import { userPool } from './user-pool.js';

const table = singleTable('data', { index: 'GSI1' });

describe('the rights of a grant', () => {
  it('read items of some entities in their partitions and in their lists, and nothing else', () => {
    expect(permissionsOf(table.items('ORDER').read)).toEqual([
      {
        actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
        of: 'resource',
        leadingKeys: ['ORDER#*'],
      },
      { actions: ['dynamodb:Query'], of: 'indexes', leadingKeys: ['ORDERS#*'] },
    ]);
  });

  it('write items without the right to scan or to change the table', () => {
    const actions = permissionsOf(table.readWrite).flatMap((permission) => permission.actions);
    expect(actions).toContain('dynamodb:PutItem');
    expect(actions).not.toContain('dynamodb:Scan');
    expect(actions.filter((action) => action.includes('Table') || action.includes('*'))).toEqual([]);
  });

  it('reach no index where the table has none', () => {
    expect(permissionsOf(singleTable('plain').read).map(({ of }) => of)).toEqual(['resource']);
  });

  it('name each service’s own calls', () => {
    const calls = [topic('t').publish, queue('q').send, queue('q').consume, userPool('p').actions('AdminGetUser')];
    expect(calls.map((grant) => permissionsOf(grant).flatMap(({ actions }) => actions))).toEqual([
      ['sns:Publish'],
      ['sqs:SendMessage'],
      ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      ['cognito-idp:AdminGetUser'],
    ]);
  });

  it('are none for whoever only checks tokens', () => {
    expect(permissionsOf(userPool('p').tokens)).toEqual([]);
  });
});
