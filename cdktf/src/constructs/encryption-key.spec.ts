import { describe, it } from 'node:test';
import { expect } from 'expect';
import { place } from '../../test/fixtures/constructs.js';
import { synthesized } from '../../test/fixtures/synthesized.js';
import { EncryptionKey, keyUse } from './encryption-key.js';

describe('a key of one’s own', () => {
  const { one } = synthesized((scope) => {
    new EncryptionKey(scope, 'key', { name: 'x-dev-data', ...place(), description: 'Data of x' });
  });
  const { Statement: statements } = JSON.parse(String(one('aws_kms_key').policy)) as {
    Statement: { Action: string[]; Principal: Record<string, string[]>; Condition?: object }[];
  };

  it('turns every year, and waits 30 days before it goes', () => {
    expect(one('aws_kms_key')).toMatchObject({ enable_key_rotation: true, deletion_window_in_days: 30 });
    expect(one('aws_kms_alias')).toMatchObject({ name: 'alias/x-dev-data' });
  });

  it('is not destroyed where what it encrypts is kept, and stays in the state by its id', () => {
    const kept = synthesized((scope) => {
      new EncryptionKey(scope, 'data-key', { name: 'x', ...place(), description: 'Data of x', protected: true });
    });
    expect(kept.one('aws_kms_key')).toMatchObject({ lifecycle: { prevent_destroy: true } });
    expect(kept.one('aws_kms_alias').target_key_id).toBe('${aws_kms_key.data-key.key_id}');
    expect(one('aws_kms_key')).not.toHaveProperty('lifecycle');
  });

  it('may be used by the services that alarms, messages and logs pass, for this account alone', () => {
    const services = statements.filter(({ Principal }) => Principal.Service !== undefined);
    expect(services.map(({ Principal }) => Principal.Service)).toEqual([
      ['cloudwatch.amazonaws.com'],
      ['sns.amazonaws.com'],
      ['logs.eu-west-1.amazonaws.com'],
    ]);
    for (const { Condition } of services) expect(JSON.stringify(Condition)).toContain('123456789012');
  });

  it('names each action', () => {
    expect(statements).toHaveLength(4);
    for (const action of statements.flatMap(({ Action }) => Action)) expect(action).toMatch(/^kms:[A-Za-z]+$/);
  });

  it('is used by roles through one service', () => {
    expect(keyUse('arn:key', 'eu-west-1', 'sqs', 'kms:Decrypt')).toEqual({
      actions: ['kms:Decrypt'],
      resources: ['arn:key'],
      conditions: [{ test: 'StringEquals', variable: 'kms:ViaService', values: ['sqs.eu-west-1.amazonaws.com'] }],
    });
  });
});
