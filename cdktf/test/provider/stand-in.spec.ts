/** What the stand-in provider catches, makes and refuses, seen through the real terraform. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { expect } from 'expect';
import { describeUnless } from '../../../test/fixtures/describe-unless.js';
import { noTerraform, startProvider, Workspace, type Provider } from '../terraform/terraform.js';

type Blocks = Record<string, Record<string, object>>;

const QUEUE = { aws_sqs_queue: { work: { name: 'work' } } };
const TABLE = {
  name: 'data',
  hash_key: 'PK',
  billing_mode: 'PAY_PER_REQUEST',
  attribute: [{ name: 'PK', type: 'S' }],
};

describeUnless(noTerraform, 'the stand-in provider', () => {
  let provider: Provider;
  let folder: string;
  let stacks = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tabletop-provider-'));
    const types = ['aws_sqs_queue', 'aws_dynamodb_table', 'aws_iam_role', 'aws_iam_role_policy', 'aws_kms_key'];
    const resource = Object.fromEntries(types.map((type) => [type, {}]));
    const data = { aws_iam_policy_document: {}, aws_caller_identity: {} };
    await writeFile(join(folder, 'types.json'), JSON.stringify({ resource, data }));
    provider = await startProvider([join(folder, 'types.json')]);
  });
  after(async () => {
    await provider.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Writes a stack of these blocks and gives its folder. */
  const written = async (resource: Blocks, data?: Blocks, output?: object): Promise<string> => {
    const stack = join(folder, `stack-${++stacks}`);
    await mkdir(stack);
    const stackJson = {
      terraform: { required_providers: { aws: { source: 'aws', version: '6.25.0' } } },
      provider: { aws: [{ region: 'eu-west-1' }] },
      resource,
      ...(data && { data }),
      ...(output && { output }),
    };
    await writeFile(join(stack, 'cdk.tf.json'), JSON.stringify(stackJson));
    return stack;
  };
  const inWorkspace = async (stack: string, use: (workspace: Workspace) => Promise<void>): Promise<void> => {
    const workspace = await Workspace.of(stack, provider);
    try {
      await use(workspace);
    } finally {
      await workspace.run('destroy', '-auto-approve');
      await workspace.remove();
    }
  };

  const mistakes: Record<string, [Blocks, RegExp]> = {
    'an argument that does not exist': [
      { aws_sqs_queue: { work: { name: 'work', colour: 'red' } } },
      /Extraneous JSON object property/,
    ],
    'a missing required argument': [{ aws_dynamodb_table: { data: {} } }, /The argument "name" is required/],
    'a wrong type': [{ aws_sqs_queue: { work: { delay_seconds: 'soon' } } }, /a number is required/],
    'an attribute that a reference makes up': [
      { aws_sqs_queue: { work: { name: '${aws_sqs_queue.other.colour}' }, other: { name: 'other' } } },
      /Unsupported attribute/,
    ],
    'a resource that is not declared': [
      { aws_sqs_queue: { work: { name: '${aws_sqs_queue.other.name}' } } },
      /Reference to undeclared resource/,
    ],
    'two blocks where one is allowed': [
      { aws_dynamodb_table: { data: { ...TABLE, ttl: [{ enabled: true }, { enabled: false }] } } },
      /No more than 1 "ttl" blocks are allowed/,
    ],
    'a circle': [
      {
        aws_sqs_queue: {
          one: { name: 'one', policy: '${aws_sqs_queue.two.arn}' },
          two: { name: 'two', policy: '${aws_sqs_queue.one.arn}' },
        },
      },
      /Cycle/,
    ],
    'a type that AWS does not have': [{ aws_teapot: { pot: {} } }, /does not support resource type "aws_teapot"/],
  };
  for (const [mistake, [resource, message]] of Object.entries(mistakes))
    it(`has terraform find ${mistake}`, async () => {
      await inWorkspace(await written(resource), async (workspace) => {
        const { code, output } = await workspace.run('validate', '-no-color');
        expect([code, output.replace(/\s*│?\s+/g, ' ')]).toEqual([1, expect.stringMatching(message)]);
      });
    });

  it('gives names of AWS’s own form, in the configured region', async () => {
    const outputs = {
      queue: { value: '${aws_sqs_queue.work.arn}' },
      url: { value: '${aws_sqs_queue.work.url}' },
      stream: { value: '${aws_dynamodb_table.data.stream_arn}' },
      key: { value: '${aws_kms_key.own.arn}' },
      account: { value: '${data.aws_caller_identity.me.account_id}' },
    };
    const resource = { ...QUEUE, aws_dynamodb_table: { data: TABLE }, aws_kms_key: { own: {} } };
    const stack = await written(resource, { aws_caller_identity: { me: {} } }, outputs);
    await inWorkspace(stack, async (workspace) => {
      await workspace.apply();
      expect(await workspace.outputs()).toEqual({
        queue: 'arn:aws:sqs:eu-west-1:123456789012:work',
        url: 'https://sqs.eu-west-1.amazonaws.com/123456789012/work',
        stream: 'arn:aws:dynamodb:eu-west-1:123456789012:table/data/stream/2026-01-01T00:00:00.000',
        key: expect.stringMatching(
          /^arn:aws:kms:eu-west-1:123456789012:key\/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
        ) as unknown,
        account: '123456789012',
      });
    });
  });

  it('renders a policy from what other resources turned out to be', async () => {
    const statement = {
      actions: ['sqs:SendMessage', 'sqs:GetQueueUrl'],
      resources: ['${aws_sqs_queue.work.arn}'],
      condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: ['123456789012'] }],
    };
    const trust = {
      actions: ['sts:AssumeRole'],
      principals: [{ type: 'Service', identifiers: ['lambda.amazonaws.com'] }],
    };
    const stack = await written(
      {
        ...QUEUE,
        aws_iam_role: { role: { name: 'role', assume_role_policy: '${data.aws_iam_policy_document.trust.json}' } },
        aws_iam_role_policy: {
          policy: { role: '${aws_iam_role.role.id}', policy: '${data.aws_iam_policy_document.rights.json}' },
        },
      },
      { aws_iam_policy_document: { rights: { statement: [statement] }, trust: { statement: [trust] } } },
    );
    await inWorkspace(stack, async (workspace) => {
      await workspace.apply();
      const state = await workspace.state();
      const of = (type: string, attribute: string): unknown =>
        JSON.parse(String(state.find((resource) => resource.type === type)?.values[attribute]));
      expect(of('aws_iam_role_policy', 'policy')).toEqual({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['sqs:SendMessage', 'sqs:GetQueueUrl'],
            Resource: 'arn:aws:sqs:eu-west-1:123456789012:work',
            Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
          },
        ],
      });
      expect(of('aws_iam_role', 'assume_role_policy')).toMatchObject({
        Statement: [{ Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
      });
    });
  });

  it('changes what can be changed, and replaces what cannot', async () => {
    await inWorkspace(await written(QUEUE), async (workspace) => {
      await workspace.apply();
      const planOf = async (queue: object): Promise<unknown> => {
        await workspace.take(await written({ aws_sqs_queue: { work: queue } }));
        return (await workspace.plan()).map(({ change }) => change.actions);
      };
      expect(await planOf({ name: 'work', delay_seconds: 5 })).toEqual([['update']]);
      expect(await planOf({ name: 'other' })).toEqual([['delete', 'create']]);
    });
  });

  it('refuses a name that is taken, until it is free again', async () => {
    await inWorkspace(await written(QUEUE), async (first) => {
      await first.apply();
      await inWorkspace(await written(QUEUE), async (second) => {
        const { code, output } = await second.run('apply', '-auto-approve', '-no-color');
        expect([code, output]).toEqual([1, expect.stringContaining('sqs:eu-west-1:123456789012:work already exists')]);
        await first.destroy();
        await second.apply();
      });
    });
  });
});
