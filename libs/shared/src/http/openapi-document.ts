/** Writes the OpenAPI document of a service from its controllers' routes and zod schemas. https://spec.openapis.org/oas/v3.1.0 */
import { writeFileSync } from 'node:fs';
import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA, RouteParamtypes } from '@nestjs/common/internal';
import * as z from 'zod';
import { accessTo, type Level } from '../auth/access.js';
import { statusOf, type ErrorCode } from '../errors.js';
import { isHeaderField, type HeaderFieldOptions } from './header-field.js';
import { jsonSchema, problemSchema, type Json } from './openapi-schema.js';
import { OPERATION, type OperationOptions } from './operation.js';

/** What a document says of its service as a whole. */
export interface ApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** A value for each parameter that stands in a path. */
  readonly pathExamples: Readonly<Record<string, string>>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Omit<ApiInfo, 'pathExamples'>;
  /** One, so that a page of several services groups operations by service. */
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Record<string, Record<string, Json>>;
  readonly components: { readonly schemas: Record<string, Json>; readonly securitySchemes: Record<string, Json> };
}

interface RouteArgument {
  readonly data?: unknown;
  readonly schema?: z.ZodType;
}

/** Failures that any operation may answer with. */
const COMMON: readonly ErrorCode[] = ['MALFORMED_REQUEST', 'VALIDATION_FAILED', 'INTERNAL', 'TABLE_UNAVAILABLE'];
const WITH_BODY: readonly ErrorCode[] = ['MALFORMED_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];

const OF_CALLERS: readonly ErrorCode[] = ['UNAUTHORIZED', 'FORBIDDEN', 'SIGN_IN_UNAVAILABLE'];

/** What jwt mode asks for; in open mode a token is neither needed nor looked at. */
const ID_TOKEN: Json = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'The ID token of a sign-in (`token` in the answer to POST /users/login). Open mode asks for none.',
};

/** @throws Error when a route has no `@Operation`, two share an id, or there is no example of a body or parameter */
export function describeApi({ pathExamples, ...info }: ApiInfo, controllers: readonly Type[]): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  const schemas: Record<string, Json> = { Problem: problemSchema() };
  const ids = new Set<string>();
  for (const controller of controllers) {
    for (const { method, path, operation, access, args } of routesOf(controller)) {
      if (ids.has(operation.id)) throw new Error(`two operations have the id ${operation.id}; rename one`);
      ids.add(operation.id);
      const described = describe(operation, access, args, pathParameters(path, pathExamples), schemas);
      (paths[path] ??= {})[method] = { tags: [info.title], ...described };
    }
  }
  const tags = [{ name: info.title, description: info.description }];
  return { openapi: '3.1.0', info, tags, paths, components: { schemas, securitySchemes: { idToken: ID_TOKEN } } };
}

/** Writes a document to the file that the command line names. */
export function writeDocument(document: OpenApiDocument, file = process.argv[2]): void {
  if (file === undefined) throw new Error('name the file to write, such as openapi.json');
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
}

interface DescribedRoute {
  readonly method: string;
  readonly path: string;
  readonly operation: OperationOptions;
  readonly access: Level;
  readonly args: Arguments;
}

function routesOf(controller: Type): DescribedRoute[] {
  const prototype = controller.prototype as Record<string, object>;
  const base = String(Reflect.getMetadata(PATH_METADATA, controller) ?? '');
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    const method = handler && (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined);
    if (handler === undefined || method === undefined) return [];
    const operation = Reflect.getMetadata(OPERATION, handler) as OperationOptions | undefined;
    if (!operation) throw new Error(`${controller.name}.${name} is a route without @Operation; describe it`);
    const path = [base, String(Reflect.getMetadata(PATH_METADATA, handler))]
      .flatMap((part) => part.split('/'))
      .filter((segment) => segment !== '')
      .map((segment) => (segment.startsWith(':') ? `{${segment.slice(1)}}` : segment));
    return [
      {
        method: RequestMethod[method].toLowerCase(),
        path: `/${path.join('/')}`,
        operation,
        access: accessTo(controller, handler),
        args: new Arguments(controller, name),
      },
    ];
  });
}

/** The parameters of a route's handler, by where in the request they come from. */
class Arguments {
  readonly headers: readonly HeaderFieldOptions[];
  private readonly all: [kind: number, argument: RouteArgument][];

  constructor(controller: Type, handler: string) {
    const stored = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as Record<
      string,
      RouteArgument
    >;
    // A decorator of our own has a random key that may open with digits too: only `<kind>:<index>` is Nest's own.
    this.all = Object.entries(stored).flatMap(([key, argument]) =>
      /^\d+:/.test(key) ? [[Number.parseInt(key, 10), argument]] : [],
    );
    this.headers = Object.values(stored).flatMap(({ data }) => (isHeaderField(data) ? [data] : []));
  }

  of(kind: RouteParamtypes): RouteArgument[] {
    return this.all.flatMap(([other, argument]) => (other === Number(kind) ? [argument] : []));
  }
}

function describe(
  operation: OperationOptions,
  access: Level,
  args: Arguments,
  inPath: readonly Json[],
  schemas: Record<string, Json>,
): Json {
  const body = args.of(RouteParamtypes.BODY)[0]?.schema;
  const isPublic = access === 'public';
  const codes = [...operation.failures, ...COMMON, ...(isPublic ? [] : OF_CALLERS), ...(body ? WITH_BODY : [])];
  return {
    operationId: operation.id,
    summary: operation.summary,
    security: isPublic ? [] : [{ idToken: [] }],
    parameters: [
      ...inPath,
      ...args.of(RouteParamtypes.QUERY).flatMap((query) => queryParameters(query)),
      ...args.headers.map(headerParameter),
    ],
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: jsonSchema(body, 'input', schemas), ...bodyExamples(operation) } },
      },
    }),
    responses: {
      [operation.status]: {
        description: 'Done.',
        content: {
          'application/json': { schema: jsonSchema(operation.answer, 'output', schemas), example: operation.example },
        },
      },
      ...problemResponses(codes),
    },
  };
}

function bodyExamples({ id, bodyExample, bodyExamples: further = {} }: OperationOptions): Json {
  if (bodyExample === undefined) throw new Error(`${id} takes a body and shows none; give it a bodyExample`);
  const all = Object.entries({ [id]: bodyExample, ...further });
  return all.length === 1
    ? { example: bodyExample }
    : { examples: Object.fromEntries(all.map(([name, value]) => [name, { value }])) };
}

const pathParameters = (path: string, examples: ApiInfo['pathExamples']): Json[] =>
  [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => {
    const example = examples[name];
    if (example === undefined) throw new Error(`${path} has a parameter without an example; give ${name} one`);
    return { name, in: 'path', required: true, schema: { type: 'string' }, example };
  });

function queryParameters({ schema }: RouteArgument): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) =>
    parameter({ name, in: 'query', required: required.includes(name) }, property as Json),
  );
}

function headerParameter({ name, schema }: HeaderFieldOptions): Json {
  const { $schema: _dialect, ...property } = z.toJSONSchema(schema, { io: 'input' }) as Json;
  return parameter({ name, in: 'header', required: false }, property);
}

const parameter = (place: Json, { example, description, ...schema }: Json): Json => ({
  ...{ ...place, schema },
  ...(description !== undefined && { description }),
  ...(example !== undefined && { example }),
});

function problemResponses(codes: readonly ErrorCode[]): Json {
  const statuses = [...new Set(codes.map(statusOf))];
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: [...new Set(codes)].filter((code) => statusOf(code) === status).join(', '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}
