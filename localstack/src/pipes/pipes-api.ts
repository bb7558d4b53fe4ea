/**
 * The API of EventBridge Pipes, answered by the stack's own runners.
 * https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_Operations.html
 */
import { randomUUID } from 'node:crypto';
import { LeaseLostError } from '../../../libs/pipes/src/lease.js';
import { PipeConflictError } from '../../../libs/pipes/src/pipe-state.js';
import { must, PipeValidationError } from '../../../libs/pipes/src/refusal.js';
import { z } from 'zod';
import { type AwsRequest } from '../endpoint/aws-request.js';
import { awsError, notImplemented, unavailable, type AwsResponse } from '../endpoint/aws-response.js';
import { withDefaults } from './pipe-connections.js';
import { createPipeSchema, parsed, tagsSchema, updatePipeSchema } from './pipe-definition.js';
import { type PipeRegistry } from './pipe-registry.js';
import { type ChangedPipe, PipeExistsError, PipeNotFoundError, type RegisteredPipe } from './registered-pipe.js';

type Answer = Record<string, unknown>;
type Operation = (call: Call, pipes: PipeRegistry) => Answer | Promise<Answer>;

interface Call {
  /** The pipe's name or, for tags, its ARN. */
  readonly subject: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** Method and path of each operation; `{}` stands for the subject. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET /v1/pipes': ({ query }, pipes) => listPipes(query, pipes),
  'POST /v1/pipes/{}': async ({ subject, body }, pipes) =>
    changed(await pipes.create(parsed(createPipeSchema, fromStream({ ...(body as object), Name: subject })))),
  'GET /v1/pipes/{}': ({ subject }, pipes) => described(pipes.get(subject)),
  'PUT /v1/pipes/{}': async ({ subject, body }, pipes) =>
    changed(await pipes.update(subject, parsed(updatePipeSchema, body))),
  'DELETE /v1/pipes/{}': async ({ subject }, pipes) => changed(await pipes.delete(subject)),
  'POST /v1/pipes/{}/start': async ({ subject }, pipes) => changed(await pipes.setDesired(subject, 'RUNNING')),
  'POST /v1/pipes/{}/stop': async ({ subject }, pipes) => changed(await pipes.setDesired(subject, 'STOPPED')),
  'GET /tags/{}': ({ subject }, pipes) => ({ tags: pipes.byArn(subject).tags }),
  'POST /tags/{}': async ({ subject, body }, pipes) => {
    const { tags } = parsed(z.object({ tags: tagsSchema }), body);
    await pipes.tag(subject, (before) => ({ ...before, ...tags }));
    return {};
  },
  'DELETE /tags/{}': async ({ subject, query }, pipes) => {
    const keys = query.getAll('tagKeys');
    must(keys.length > 0, 'tagKeys', keys, 'it must name at least one tag');
    await pipes.tag(subject, (before) =>
      Object.fromEntries(Object.entries(before).filter(([key]) => !keys.includes(key))),
    );
    return {};
  },
};

/** Each source has parameters of its own, so the source is looked at first. @throws PipeValidationError */
function fromStream<T extends object>(body: T): T {
  const { Source } = body as { Source?: unknown };
  const isOther = typeof Source === 'string' && !/^arn:[^:]+:dynamodb:.*\/stream\//.test(Source);
  must(!isOther, 'Source', Source, 'it must be the ARN of a DynamoDB stream; no other source is emulated');
  return body;
}

/** Answers a request that is signed for, or goes to the paths of, the service `pipes`. */
export async function answerPipes(request: AwsRequest, pipes: PipeRegistry): Promise<AwsResponse> {
  const { pathname, searchParams: query } = new URL(request.url, 'http://localhost');
  const [, first = '', second = '', ...rest] = pathname.split('/').map((part) => decoded(part));
  const [subject, action] = first === 'tags' ? [[second, ...rest].join('/'), undefined] : rest;
  const path =
    first === 'tags' ? '/tags/{}' : `/${first}/${second}${subject ? '/{}' : ''}${action ? `/${action}` : ''}`;
  const operation = OPERATIONS[`${request.method} ${path}`];
  if (operation === undefined) return notImplemented(request);
  if (!pipes.isRestored) return notYet(request);
  try {
    const answer = await operation({ subject: subject ?? '', query, body: bodyOf(request.body) }, pipes);
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() },
      body: JSON.stringify(answer),
    };
  } catch (error) {
    // Nothing was kept of it: the holder of the lease is asked again.
    if (error instanceof LeaseLostError) return unavailable(request, error.message);
    const status = statusOf(error);
    if (status === undefined) throw error;
    return awsError(request, status, (error as Error).name, (error as Error).message);
  }
}

/** Without the pipes of the last start, one that is there would be taken for one that is not. */
export const notYet = (request: AwsRequest): AwsResponse =>
  unavailable(request, 'The pipes are still being brought back; try again.');

function statusOf(error: unknown): number | undefined {
  if (error instanceof PipeValidationError) return 400;
  if (error instanceof PipeNotFoundError) return 404;
  return error instanceof PipeExistsError || error instanceof PipeConflictError ? 409 : undefined;
}

const state = ({ pipe, createdAt, modifiedAt, definition }: RegisteredPipe): Answer => ({
  Arn: pipe.arn,
  Name: definition.Name,
  DesiredState: pipe.desiredState,
  CurrentState: pipe.state,
  // The protocol's timestamps are seconds: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
  CreationTime: createdAt.getTime() / 1000,
  LastModifiedTime: modifiedAt.getTime() / 1000,
});

const changed = (pipe: ChangedPipe): Answer => ({ ...state(pipe), CurrentState: pipe.stateThen });

function described(registered: RegisteredPipe): Answer {
  const { definition, pipe, tags } = registered;
  const { Name: _name, DesiredState: _state, Tags: _tags, SourceParameters: _source, ...rest } = definition;
  const { Enrichment, EnrichmentParameters, TargetParameters, ...others } = rest;
  return {
    ...others,
    ...(Enrichment && { Enrichment }),
    ...(EnrichmentParameters && { EnrichmentParameters: withoutEmptyTemplate(EnrichmentParameters) }),
    ...(TargetParameters && { TargetParameters: withoutEmptyTemplate(TargetParameters) }),
    ...state(registered),
    SourceParameters: withDefaults(definition, pipe.options),
    Tags: tags,
    ...(pipe.stateReason !== undefined && { StateReason: pipe.stateReason }),
  };
}

/** An empty template is the wish for none, and is read back as none. */
function withoutEmptyTemplate<T extends { InputTemplate?: string | undefined }>(
  parameters: T,
): Omit<T, 'InputTemplate'> {
  const { InputTemplate, ...others } = parameters;
  return InputTemplate === '' ? others : parameters;
}

const MOST_LISTED = 100;

function listPipes(query: URLSearchParams, pipes: PipeRegistry): Answer {
  const limit = Number(query.get('Limit') ?? MOST_LISTED);
  must(
    Number.isInteger(limit) && limit >= 1 && limit <= MOST_LISTED,
    'Limit',
    query.get('Limit'),
    'it must be 1 to 100',
  );
  const after = decodedToken(query.get('NextToken'));
  const found = pipes.all().filter((registered) => {
    const { definition, pipe } = registered;
    return (
      definition.Name > after &&
      definition.Name.startsWith(query.get('NamePrefix') ?? '') &&
      definition.Source.startsWith(query.get('SourcePrefix') ?? '') &&
      definition.Target.startsWith(query.get('TargetPrefix') ?? '') &&
      pipe.state === (query.get('CurrentState') ?? pipe.state) &&
      pipe.desiredState === (query.get('DesiredState') ?? pipe.desiredState)
    );
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    Pipes: page.map((registered) => {
      const { Source, Target, Enrichment } = registered.definition;
      const { stateReason } = registered.pipe;
      return {
        ...state(registered),
        Source,
        Target,
        ...(Enrichment && { Enrichment }),
        ...(stateReason !== undefined && { StateReason: stateReason }),
      };
    }),
    ...(last && found.length > limit && { NextToken: Buffer.from(last.definition.Name).toString('base64url') }),
  };
}

const decodedToken = (token: string | null): string => Buffer.from(token ?? '', 'base64url').toString();

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}

function bodyOf(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw new PipeValidationError('the request', undefined, 'it must be JSON');
    throw error;
  }
}
