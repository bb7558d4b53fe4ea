import { describe, it } from 'node:test';
import { Body, Controller, Get, Post, Put, Query } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/internal';
import { expect } from 'expect';
import * as z from 'zod';
import { Access } from '../auth/access.js';
import { limitSchema } from '../text.schema.js';
import { HeaderField } from './header-field.js';
import { describeApi } from './openapi-document.js';
import { Operation, type OperationOptions } from './operation.js';

const thingSchema = z.strictObject({ name: z.string() }).meta({ id: 'Thing' });
const operation = (id: string): OperationOptions => ({
  id,
  summary: 'Does a thing.',
  status: 201,
  answer: z.object({ data: thingSchema }),
  example: { data: { name: 'a' } },
  failures: ['USERNAME_TAKEN'],
});

/** A decorator whose random key opens with the number of Nest's kind BODY. */
function Custom(): ParameterDecorator {
  return (target, key, index) => {
    const stored = (Reflect.getMetadata(ROUTE_ARGS_METADATA, target.constructor, key!) ?? {}) as object;
    const all = { [`3xyz__customRouteArgs__:${index}`]: { index, factory: () => '', pipes: [] }, ...stored };
    Reflect.defineMetadata(ROUTE_ARGS_METADATA, all, target.constructor, key!);
  };
}

@Controller('things')
class ThingController {
  @Get(':id/parts')
  @Operation(operation('listParts'))
  list(@Query({ schema: z.strictObject({ limit: limitSchema(5) }) }) query: object): object {
    return query;
  }

  @Put(':id')
  @Operation({ ...operation('changeThing'), bodyExample: { name: 'a' } })
  change(
    @Custom() _custom: string,
    @Body({ schema: thingSchema }) thing: object,
    @HeaderField('If-Match', z.string().optional().meta({ description: 'A version.', example: '"1"' })) _match?: string,
  ): object {
    return thing;
  }

  @Access('public')
  @Post()
  @Operation({ ...operation('makeThing'), bodyExample: { name: 'a' } })
  make(@Body({ schema: thingSchema }) thing: object): object {
    return thing;
  }
}

@Controller('unshown')
class UnshownController {
  @Post()
  @Operation(operation('makeUnshown'))
  make(@Body({ schema: thingSchema }) thing: object): object {
    return thing;
  }
}

const info = { title: 'Things', version: '1.0', description: 'Things.', pathExamples: { id: 'a' } };

describe('an OpenAPI document', () => {
  const { paths, components } = describeApi(info, [ThingController]);

  it('has the routes with their parameters', () => {
    expect(Object.keys(paths)).toEqual(['/things/{id}/parts', '/things/{id}', '/things']);
    expect(paths['/things/{id}/parts']?.get).toMatchObject({
      operationId: 'listParts',
      parameters: [
        { name: 'id', in: 'path', required: true },
        {
          name: 'limit',
          in: 'query',
          required: false,
          example: 5,
          schema: { type: 'integer', minimum: 1, maximum: 100 },
        },
      ],
    });
  });

  it('has the headers that an operation reads', () => {
    expect(paths['/things/{id}']?.put).toMatchObject({
      parameters: [
        { name: 'id', in: 'path' },
        { name: 'If-Match', in: 'header', required: false, schema: { type: 'string' }, description: 'A version.' },
      ],
    });
  });

  it('has the body of an operation whose own decorators have keys that open with a digit', () => {
    expect(paths['/things/{id}']?.put).toHaveProperty('requestBody');
  });

  it('has the schemas of bodies and answers once, as components', () => {
    const post = paths['/things']?.post;
    const $ref = '#/components/schemas/Thing';
    expect(post).toMatchObject({
      requestBody: { required: true, content: { 'application/json': { schema: { $ref }, example: { name: 'a' } } } },
      responses: { 201: { content: { 'application/json': { schema: { properties: { data: { $ref } } } } } } },
    });
    expect(components.schemas.Thing).toMatchObject({ type: 'object', properties: { name: { type: 'string' } } });
  });

  it('has a problem for each status an operation may fail with', () => {
    const codes = (responses: unknown) => Object.keys(responses as object);
    expect(codes(paths['/things']?.post?.responses)).toEqual(['201', '400', '409', '413', '415', '422', '500', '503']);
    expect(codes(paths['/things/{id}/parts']?.get?.responses)).toEqual([
      '201',
      '400',
      '401',
      '403',
      '409',
      '422',
      '500',
      '503',
    ]);
    expect(paths['/things']?.post?.responses).toMatchObject({
      409: { description: 'USERNAME_TAKEN', content: { 'application/problem+json': { schema: {} } } },
    });
  });

  it('says which operations ask for a token', () => {
    expect(paths['/things']?.post?.security).toEqual([]);
    expect(paths['/things/{id}']?.put?.security).toEqual([{ idToken: [] }]);
    expect(components.securitySchemes.idToken).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  it('is not made of routes that are not described, or described by one id', () => {
    class Undescribed {
      get(): void {
        return;
      }
    }
    Get()(Undescribed.prototype, 'get', Object.getOwnPropertyDescriptor(Undescribed.prototype, 'get')!);
    expect(() => describeApi(info, [Undescribed])).toThrow(/Undescribed.get is a route without @Operation/);
    expect(() => describeApi({ ...info, pathExamples: {} }, [ThingController])).toThrow(/give id one/);
    expect(() => describeApi(info, [UnshownController])).toThrow(/makeUnshown takes a body and shows none/);
    expect(() => describeApi(info, [ThingController, ThingController])).toThrow(/two operations have the id listParts/);
  });
});
