/** Customers in the table: every access pattern, and nothing of HTTP. */
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { type Condition } from 'dynamodb-toolbox/entity/actions/parseCondition';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { $remove } from 'dynamodb-toolbox/entity/actions/update/symbols';
import { type FormattedItem } from 'dynamodb-toolbox/entity';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { Problem } from '../errors.js';
import { openCursor, sealCursor } from './cursor.js';
import { customerListKey, type DataTable } from './data-table.js';
import { conditionFailedAt, isConditionFailure, retrying } from './retry.js';
import { listShards, shardOf } from './shard.js';
import { inRounds, transact } from './transaction.js';

/** A customer that is not deleted. Times are ISO 8601 in UTC. */
export interface Customer {
  readonly Username: string;
  readonly Name: string;
  readonly Email: string;
  readonly Address?: string | undefined;
  readonly CreatedAt: string;
  readonly UpdatedAt?: string | undefined;
  /** Had while it is not yet said which password signs in. */
  readonly Registration?: string | undefined;
}

export interface ListOptions {
  readonly limit: number;
  readonly nextToken?: string | undefined;
}

export interface CustomerChanges {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
}

/** Who a registration is about. */
export interface Named {
  readonly username: string;
  readonly name: string;
  readonly email: string;
}

export type CustomerCondition = Condition<DataTable['customer']>;

/** The condition that every use of a customer names: it was registered and is not deleted. */
export const LIVE_CUSTOMER: CustomerCondition = {
  and: [
    { attr: 'Username', exists: true },
    { attr: 'DeletedAt', exists: false },
  ],
};

const LIST = 'users';

type StoredCustomer = FormattedItem<DataTable['customer']>;

export class CustomerRepository {
  constructor(private readonly data: DataTable) {}

  /**
   * Registers a customer: 1 transaction.
   * @param registration the one that goes on to let the customer sign in, and has to `settle` it
   * @throws Problem USERNAME_TAKEN, EMAIL_TAKEN
   */
  async create({ username, name, email }: Named, now: Date, registration?: string): Promise<Customer> {
    const pending = registration === undefined ? {} : { Registration: registration };
    const customer = { Username: username, Name: name, Email: email, CreatedAt: now.toISOString(), ...pending };
    try {
      await transact(
        this.data.customer
          .build(PutTransaction)
          .item({ ...customer, GSI1PK: customerListKey(shardOf(username)), GSI1SK: username })
          .options({ condition: { attr: 'Username', exists: false } }),
        this.holdEmail(email, username),
      );
    } catch (error) {
      if (conditionFailedAt(error, 0)) throw taken('USERNAME_TAKEN', 'username', error);
      if (conditionFailedAt(error, 1)) throw taken('EMAIL_TAKEN', 'email', error);
      throw error;
    }
    return customer;
  }

  /** Who has an e-mail, in whatever case: 1 GetItem, consistent. */
  async usernameOf(email: string): Promise<string | undefined> {
    const address = markerOf(email);
    const command = this.data.emailMarker
      .build(GetItemCommand)
      .key({ address, copy: address })
      .options({ consistent: true });
    return (await retrying((options) => command.send(options))).Item?.Username;
  }

  /** 1 GetItem, consistent. @throws Problem USER_NOT_FOUND */
  async get(username: string): Promise<Customer> {
    const customer = await this.find(username);
    if (customer === undefined) throw new Problem('USER_NOT_FOUND');
    return customer;
  }

  /** As `get`; undefined when there is none. */
  async find(username: string): Promise<Customer | undefined> {
    const command = this.data.customer.build(GetItemCommand).key({ Username: username }).options({ consistent: true });
    const { Item } = await retrying((options) => command.send(options));
    return Item && isLive(Item) ? Item : undefined;
  }

  /** Customers by name: 8 Queries side by side. @throws Problem BAD_CURSOR */
  async list({ limit, nextToken }: ListOptions): Promise<{ customers: Customer[]; nextToken?: string }> {
    const after = nextToken === undefined ? undefined : openCursor(LIST, nextToken);
    const { items, next } = await listShards<StoredCustomer>({
      limit,
      descending: false,
      after,
      sortKeyOf: ({ Username }) => Username,
      read: async (shard, from, most) => {
        const command = this.data.table
          .build(QueryCommand)
          .entities(this.data.customer)
          .query({
            index: 'GSI1',
            partition: customerListKey(shard),
            ...(from !== undefined && { range: { gt: from } }),
          })
          .options({ limit: most, entityAttrFilter: false });
        const { Items = [], LastEvaluatedKey } = await retrying((options) => command.send(options));
        return { items: Items, more: LastEvaluatedKey !== undefined };
      },
    });
    // The index follows the table with a delay on AWS: a deleted customer may still be listed without its data.
    const customers = items.flatMap((item) => (isLive(item) ? [item] : []));
    return { customers, ...(next !== undefined && { nextToken: sealCursor(LIST, next) }) };
  }

  /** 1 conditional UpdateItem. @throws Problem USER_NOT_FOUND */
  setAddress(username: string, address: string, now: Date): Promise<Customer> {
    return this.set(username, { Address: address }, now);
  }

  /**
   * A new name is 1 conditional UpdateItem; a new e-mail 1 GetItem and 1 transaction that moves the marker, or nothing
   * if it is the customer's already.
   * @throws Problem USER_NOT_FOUND, EMAIL_TAKEN
   */
  async update(username: string, { name, email }: CustomerChanges, now: Date): Promise<Customer> {
    const named = name === undefined ? {} : { Name: name };
    if (email === undefined) return this.set(username, named, now);
    return inRounds(async () => {
      const customer = await this.get(username);
      if (customer.Email === email && (name === undefined || name === customer.Name)) return customer;
      const changes = { ...named, Email: email, UpdatedAt: now.toISOString() };
      const profile = this.data.customer
        .build(UpdateTransaction)
        .item({ Username: username, ...changes })
        .options({ condition: holding(customer.Email) });
      const markers =
        markerOf(email) === markerOf(customer.Email) ? [] : [this.holdEmail(email, username), this.freeEmail(customer)];
      try {
        await transact(profile, ...markers);
      } catch (error) {
        if (conditionFailedAt(error, 0)) return undefined;
        if (conditionFailedAt(error, 1)) throw taken('EMAIL_TAKEN', 'email', error);
        throw error;
      }
      return { ...customer, ...changes };
    });
  }

  /**
   * 1 GetItem and 1 transaction: the marker, the personal data and the index keys go, a tombstone stays.
   * @param before run when there is such a customer, before it is deleted
   * @throws Problem USER_NOT_FOUND
   */
  async delete(username: string, now: Date, before = (): Promise<void> => Promise.resolve()): Promise<void> {
    await inRounds(async () => {
      const customer = await this.get(username);
      await before();
      const tombstone = this.data.customer
        .build(UpdateTransaction)
        .item({
          Username: username,
          DeletedAt: now.toISOString(),
          ...{ Name: $remove(), Email: $remove(), Address: $remove(), Registration: $remove() },
          ...{ GSI1PK: $remove(), GSI1SK: $remove() },
        })
        .options({ condition: holding(customer.Email) });
      try {
        await transact(tombstone, this.freeEmail(customer));
      } catch (error) {
        if (conditionFailedAt(error, 0)) return undefined;
        throw error;
      }
      return customer;
    });
  }

  private async set(username: string, changes: { Name?: string; Address?: string }, now: Date): Promise<Customer> {
    const command = this.data.customer
      .build(UpdateItemCommand)
      .item({ Username: username, ...changes, UpdatedAt: now.toISOString() })
      .options({ condition: LIVE_CUSTOMER, returnValues: 'ALL_NEW' });
    try {
      const { Attributes } = await retrying((options) => command.send(options));
      return asLive(Attributes);
    } catch (error) {
      if (isConditionFailure(error)) throw new Problem('USER_NOT_FOUND', { cause: error });
      throw error;
    }
  }

  private holdEmail(email: string, username: string) {
    const address = markerOf(email);
    return this.data.emailMarker
      .build(PutTransaction)
      .item({ address, copy: address, Username: username })
      .options({ condition: { attr: 'Username', exists: false } });
  }

  private freeEmail({ Email, Username }: Customer) {
    const address = markerOf(Email);
    return this.data.emailMarker
      .build(DeleteTransaction)
      .key({ address, copy: address })
      .options({ condition: { attr: 'Username', eq: Username } });
  }
}

/** Addresses that differ in case only are one. */
export const markerOf = (email: string): string => email.toLowerCase();

/** The condition that a customer lives and still has an e-mail. */
export const holding = (email: string): CustomerCondition => ({ and: [LIVE_CUSTOMER, { attr: 'Email', eq: email }] });

export const isLive = (item: StoredCustomer): item is StoredCustomer & Customer =>
  item.DeletedAt === undefined && item.Name !== undefined && item.Email !== undefined;

/** The customer in a stored item. @throws Problem USER_NOT_FOUND when there is none, or only its tombstone */
export function asLive(item: StoredCustomer | undefined): Customer {
  if (item === undefined || !isLive(item)) throw new Problem('USER_NOT_FOUND');
  return item;
}

/** That somebody else has it. */
export const taken = (code: 'USERNAME_TAKEN' | 'EMAIL_TAKEN', field: string, cause?: unknown): Problem =>
  new Problem(code, { errors: [{ field, message: 'is taken' }], cause });
