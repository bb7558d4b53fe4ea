/**
 * What pipes gave up and kept, for `npm run redrive` and for pages: no API of AWS's, whose dead letters hold no records.
 * `GET /_tabletop/pipes/<name>/dead-letters` lists batches, `POST /_tabletop/pipes/<name>/redrive?id=<id or all>` delivers.
 */
import { PipeRedriveError } from '../../../libs/pipes/src/pipe-state.js';
import { type AwsRequest } from '../endpoint/aws-request.js';
import { awsError, notImplemented, type AwsResponse } from '../endpoint/aws-response.js';
import { type PipeRegistry } from './pipe-registry.js';
import { PipeNotFoundError } from './registered-pipe.js';
import { notYet } from './pipes-api.js';

const PATH = /^\/_tabletop\/pipes\/([^/?]+)\/(dead-letters|redrive)$/;

export async function answerDeadLetters(request: AwsRequest, pipes: PipeRegistry): Promise<AwsResponse> {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const [, name = '', what] = PATH.exec(pathname) ?? [];
  if (!pipes.isRestored) return notYet(request);
  try {
    if (request.method === 'GET' && what === 'dead-letters')
      return json(await pipes.get(decodeURIComponent(name)).pipe.deadLetters());
    if (request.method === 'POST' && what === 'redrive')
      return json(await pipes.get(decodeURIComponent(name)).pipe.redrive(searchParams.get('id') ?? 'all'));
    return notImplemented(request);
  } catch (error) {
    if (error instanceof PipeNotFoundError || error instanceof PipeRedriveError)
      return awsError(request, 404, error.name, error.message);
    if (error instanceof URIError) return awsError(request, 400, 'ValidationException', 'The path is not valid.');
    throw error;
  }
}

const json = (body: unknown): AwsResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
