/** The single table and the shapes of the items in it; design: one partition holds a customer and all its orders. */
import { type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Entity } from 'dynamodb-toolbox/entity';
import { any } from 'dynamodb-toolbox/schema/any';
import { item } from 'dynamodb-toolbox/schema/item';
import { list } from 'dynamodb-toolbox/schema/list';
import { map } from 'dynamodb-toolbox/schema/map';
import { number } from 'dynamodb-toolbox/schema/number';
import { string } from 'dynamodb-toolbox/schema/string';
import { Table } from 'dynamodb-toolbox/table';
import { prefix } from 'dynamodb-toolbox/transformers/prefix';

export const customerKey = (username: string): string => `CUSTOMER#${username}`;
/** `#` sorts before `C`: in descending order a customer comes before its orders. */
export const orderKey = (orderId: string): string => `#ORDER#${orderId}`;
export const customerListKey = (shard: number): string => `CUSTOMERS#${shard}`;
export const productKey = (productId: string): string => `PRODUCT#${productId}`;
export const productListKey = (shard: number): string => `PRODUCTS#${shard}`;
const purchaseKey = (purchaseId: string): string => `PURCHASE#${purchaseId}`;
export const purchaseListKey = (shard: number): string => `PURCHASES#${shard}`;
export const orderListKey = (shard: number): string => `ORDERS#${shard}`;

const listed = { GSI1PK: string().optional().hidden(), GSI1SK: string().optional().hidden() };
const unstamped = { timestamps: false } as const;

/** Every status that an order can have; the rules say how it moves between them. */
export const ORDER_STATUSES = ['PLACED', 'ACKNOWLEDGED', 'SHIPPED', 'DELIVERED', 'CANCELED'] as const;

/** The table and its entities, bound to a client. */
export class DataTable {
  readonly table;
  readonly customer;
  readonly emailMarker;
  readonly order;
  readonly product;
  readonly purchase;
  readonly idempotency;
  readonly answer;

  constructor(name: string, documentClient: DynamoDBDocumentClient) {
    this.table = tableOf(name, documentClient);
    this.customer = customerIn(this.table);
    this.emailMarker = emailMarkerIn(this.table);
    this.order = orderIn(this.table);
    this.product = productIn(this.table);
    this.purchase = purchaseIn(this.table);
    this.idempotency = idempotencyIn(this.table);
    this.answer = answerIn(this.table);
  }
}

type SingleTable = ReturnType<typeof tableOf>;

function tableOf(name: string, documentClient: DynamoDBDocumentClient) {
  return new Table({
    name,
    documentClient,
    partitionKey: { name: 'PK', type: 'string' },
    sortKey: { name: 'SK', type: 'string' },
    indexes: {
      GSI1: {
        type: 'global',
        partitionKey: { name: 'GSI1PK', type: 'string' },
        sortKey: { name: 'GSI1SK', type: 'string' },
      },
    },
    entityAttributeSavedAs: 'Type',
  });
}

/**
 * A deleted customer stays as a tombstone: `DeletedAt` is set, personal data and index keys are gone. `Registration` is the
 * one registration that may still let the customer sign in; it goes when that one has.
 */
const customerIn = (table: SingleTable) =>
  new Entity({
    name: 'Customer',
    table,
    schema: item({
      Username: string().key(),
      Name: string().optional(),
      Email: string().optional(),
      Address: string().optional(),
      CreatedAt: string(),
      UpdatedAt: string().optional(),
      DeletedAt: string().optional(),
      Registration: string().optional(),
      ...listed,
    }),
    computeKey: ({ Username }) => ({ PK: customerKey(Username), SK: customerKey(Username) }),
    ...unstamped,
  });

/** Holds an e-mail address for one customer, so that it is unique without regard to case. */
const emailMarkerIn = (table: SingleTable) =>
  new Entity({
    name: 'EmailMarker',
    table,
    schema: item({
      address: string().key().savedAs('PK').transform(prefix('CUSTOMEREMAIL')),
      copy: string().key().savedAs('SK').transform(prefix('CUSTOMEREMAIL')),
      Username: string(),
    }),
    ...unstamped,
  });

/** A line of an order, with the product's name and price as they were when it was ordered. */
const lineSchema = map({
  ProductId: string(),
  Name: string(),
  Quantity: number(),
  UnitPrice: number(),
  LineTotal: number(),
});

/** `Items` and `LinesId` are had by orders of products only; `LinesId` is new with each change of the lines. */
const orderIn = (table: SingleTable) =>
  new Entity({
    name: 'Order',
    table,
    schema: item({
      username: string().key().savedAs('PK').transform(prefix('CUSTOMER')),
      id: string().key().savedAs('SK').transform(prefix('#ORDER')),
      OrderId: string(),
      CreatedAt: string(),
      UpdatedAt: string().optional(),
      Status: string().enum(...ORDER_STATUSES),
      Amount: number(),
      NumberItems: number(),
      RequestId: string(),
      Items: list(lineSchema).optional(),
      LinesId: string().optional(),
      ...listed,
    }),
    ...unstamped,
  });

/**
 * A deleted product stays: `DeletedAt` is set, index keys are gone, cancelled orders still give stock back to it.
 * `WriteId` tells a write from all others, so that one whose reply was lost knows itself again.
 */
const productIn = (table: SingleTable) =>
  new Entity({
    name: 'Product',
    table,
    schema: item({
      ProductId: string().key(),
      Name: string(),
      Description: string(),
      Price: number(),
      Stock: number(),
      Version: number(),
      WriteId: string(),
      CreatedAt: string(),
      UpdatedAt: string().optional(),
      DeletedAt: string().optional(),
      ...listed,
    }),
    computeKey: ({ ProductId }) => ({ PK: productKey(ProductId), SK: productKey(ProductId) }),
    ...unstamped,
  });

/**
 * What was bought, in the sender's own words: these are a map of their own, so that no field of theirs meets one of the
 * table's. `EventAt` is the time of the last event that was applied. A deleted one stays, empty and off the list, until no
 * event of it can come any more (`ExpiresAt`, epoch seconds): an older one must not bring it back.
 */
const purchaseIn = (table: SingleTable) =>
  new Entity({
    name: 'Purchase',
    table,
    schema: item({
      ProductPurchaseId: string().key(),
      TimeOfPurchase: string(),
      Action: string().enum('create', 'update'),
      EventAt: string(),
      Record: any(),
      DeletedAt: string().optional(),
      ExpiresAt: number().optional(),
      ...listed,
    }),
    computeKey: ({ ProductPurchaseId }) => ({ PK: purchaseKey(ProductPurchaseId), SK: purchaseKey(ProductPurchaseId) }),
    ...unstamped,
  });

/** That something was done once: of the notifier, that an event was claimed or sent. */
const idempotencyIn = (table: SingleTable) =>
  new Entity({
    name: 'Idempotency',
    table,
    schema: item({
      key: string().key().savedAs('PK').transform(prefix('IDEMPOTENCY')),
      copy: string().key().savedAs('SK').transform(prefix('IDEMPOTENCY')),
      State: string().enum('CLAIMED', 'SENT'),
      Owner: string(),
      Deadline: number(),
      ExpiresAt: number(),
    }),
    ...unstamped,
  });

/** The answer to a request that came under a key, for whoever sends it again. */
const answerIn = (table: SingleTable) =>
  new Entity({
    name: 'Answer',
    table,
    schema: item({
      key: string().key().savedAs('PK').transform(prefix('IDEMPOTENCY')),
      copy: string().key().savedAs('SK').transform(prefix('IDEMPOTENCY')),
      RequestHash: string(),
      Response: string(),
      ExpiresAt: number(),
    }),
    ...unstamped,
  });
