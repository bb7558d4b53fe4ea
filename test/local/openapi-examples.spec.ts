/** Every example of the joined OpenAPI document, sent as it stands: answered with success, as its schema says. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import * as z from 'zod';
import { type LocalStack } from '../../localstack/src/local-stack.js';
import { newOrder, newUser, send, startTabletop } from '../fixtures/tabletop.js';

type Json = Record<string, unknown>;
interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly example?: unknown;
}
interface Content {
  readonly schema: Json;
  readonly example?: unknown;
  readonly examples?: Record<string, { readonly value: unknown }>;
}
interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, Content> };
  readonly responses: Record<string, { readonly content?: Record<string, Content> }>;
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Json> };
}

describe('the joined OpenAPI document', () => {
  let stack: LocalStack;
  let document: Document;
  before(async () => {
    stack = await startTabletop();
    document = (await (await fetch(`${stack.apiUrl}/openapi.json`)).json()) as Document;
    await send(stack, 'POST', '/users', { username: 'john', name: 'John', email: 'john@example.org' });
  });
  after(() => stack?.stop());

  const operations = (): [path: string, method: string, operation: Operation][] =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, string, Operation] => [path, method, operation]),
    );
  /** What a path's example names, made anew for each request: the example's own is nobody's. */
  const makers: Readonly<Record<string, () => Promise<string>>> = {
    username: () => newUser(stack),
    orderId: () => newOrder(stack, 'john'),
    productId: async () =>
      String((await send(stack, 'POST', '/products', { name: 'Laptop', price: 999.99, stock: 5 })).body.productId),
    id: async () => {
      const { body } = await send(stack, 'POST', '/product-purchase', { ProductName: 'Jacket' });
      await stack.drained();
      return String(body.productPurchaseId);
    },
  };
  const schemaOf = (schema: Json): z.ZodType => {
    const local = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', '#/$defs/')) as unknown;
    const whole = { ...(local(schema) as Json), $defs: local(document.components.schemas) };
    return z.fromJSONSchema(whole as Parameters<typeof z.fromJSONSchema>[0]);
  };
  const examplesIn = (content: Content | undefined): unknown[] =>
    content === undefined
      ? [undefined]
      : content.examples
        ? Object.values(content.examples).map(({ value }) => value)
        : [content.example];

  it('shows an answer for every operation that its own schema takes, under the name of its service', () => {
    for (const [path, , { tags, responses }] of operations()) {
      expect(tags).toHaveLength(1);
      const [, success] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? [];
      for (const { schema, example } of Object.values(success?.content ?? {}))
        expect([path, schemaOf(schema).safeParse(example).error?.issues]).toEqual([path, undefined]);
    }
  });

  it('has examples of every body that are answered with success, as the schema of the answer says', async () => {
    let sent = 0;
    for (const [path, method, operation] of operations()) {
      const { parameters, requestBody, responses, operationId } = operation;
      for (const [at, example] of examplesIn(requestBody?.content['application/json']).entries()) {
        const product = await makers.productId!();
        const made = new Map<string, string>();
        for (const { name } of parameters.filter((one) => one.in === 'path')) made.set(name, await makers[name]!());
        const url = new URL(`${stack.apiUrl}${path.replace(/\{(\w+)\}/g, (_, name: string) => made.get(name) ?? '')}`);
        const shown = parameters.filter((one) => one.example !== undefined);
        for (const { name, example: value } of shown.filter((one) => one.in === 'query'))
          url.searchParams.set(name, String(value));
        const headers = new Headers({ 'content-type': 'application/json' });
        // A header belongs to the first body: another body under the same Idempotency-Key is a conflict.
        for (const { name, example: value } of at > 0 ? [] : shown.filter((one) => one.in === 'header'))
          headers.set(name, String(value));
        const body = (JSON.stringify(example) as string | undefined)?.replace(
          /("productId":)"[^"]+"/g,
          `$1"${product}"`,
        );
        const response = await fetch(url, {
          method: method.toUpperCase(),
          headers,
          ...(body !== undefined && { body }),
        });
        const answer: unknown = await response.json();
        const content = responses[response.status]?.content?.['application/json'];
        if (content === undefined || !response.ok)
          throw new Error(`${operationId} example ${at}: ${response.status} ${JSON.stringify(answer)}`);
        expect([operationId, schemaOf(content.schema).safeParse(answer).error?.issues]).toEqual([
          operationId,
          undefined,
        ]);
        sent += 1;
      }
    }
    expect(sent).toBeGreaterThanOrEqual(operations().length);
  });
});
