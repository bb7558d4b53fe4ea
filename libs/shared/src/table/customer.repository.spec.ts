import { after, before, describe, it } from 'node:test';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from 'expect';
import { startTable, type TestTable } from '../../../../test/fixtures/table.js';
import { CustomerRepository, type Customer } from './customer.repository.js';
import { DataTable } from './data-table.js';

let table: TestTable;
let customers: CustomerRepository;
const now = new Date('2026-01-01T00:00:00.000Z');
const later = new Date('2026-01-02T00:00:00.000Z');
let made = 0;

/** A registered customer with a name of its own. */
const registered = (): Promise<Customer> => {
  made += 1;
  return customers.create({ username: `user${made}`, name: 'Some One', email: `User${made}@example.com` }, now);
};

/** How many of the promises succeeded, and the codes of those that did not. */
const outcomes = async (calls: Promise<unknown>[]): Promise<{ won: number; codes: string[] }> => {
  const settled = await Promise.allSettled(calls);
  const failed = settled.flatMap((result) =>
    result.status === 'rejected' ? [(result.reason as { code: string }).code] : [],
  );
  return { won: settled.length - failed.length, codes: [...new Set(failed)] };
};

before(async () => {
  table = await startTable();
  customers = new CustomerRepository(new DataTable(table.name, table.client));
});
after(() => table.stop());

describe('registering', () => {
  it('is one transaction, and what is read back is what was registered', async () => {
    expect(await table.proxy.during(registered)).toEqual(['TransactWriteItems']);
    const customer = await registered();
    expect(await customers.get(customer.Username)).toEqual(customer);
  });

  it('takes a username once, and an e-mail once whatever its case', async () => {
    const { Username, Email } = await registered();
    const again = { username: Username, name: 'Other', email: 'other@example.com' };
    await expect(customers.create(again, now)).rejects.toMatchObject({ code: 'USERNAME_TAKEN' });
    const sameEmail = { username: 'other', name: 'Other', email: Email.toUpperCase() };
    await expect(customers.create(sameEmail, now)).rejects.toMatchObject({ code: 'EMAIL_TAKEN' });
    await expect(customers.get('other')).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
  });

  it('lets exactly one of 200 win a name, 50 at a time', async () => {
    let won = 0;
    for (let round = 0; round < 4; round += 1) {
      const calls = Array.from({ length: 50 }, (_, at) =>
        customers.create({ username: 'wanted', name: 'Any', email: `wanted${round}.${at}@example.com` }, now),
      );
      const result = await outcomes(calls);
      won += result.won;
      expect(result.codes).toEqual(['USERNAME_TAKEN']);
    }
    expect(won).toBe(1);
  });

  it('lets exactly one of 50 win an e-mail that is written in different case', async () => {
    const calls = Array.from({ length: 50 }, (_, at) => {
      const email = at % 2 === 0 ? 'Shared@Example.com' : 'sHARED@eXAMPLE.COM';
      return customers.create({ username: `shares${at}`, name: 'Any', email }, now);
    });
    expect(await outcomes(calls)).toEqual({ won: 1, codes: ['EMAIL_TAKEN'] });
  });

  it('survives conflicts, throttling, faults and a lost reply', async () => {
    for (const fault of ['conflict', 'throttled', 'broken', 'lost-reply'] as const) {
      table.proxy.fail('TransactWriteItems', fault, 2);
      const { Username } = await registered();
      expect((await customers.get(Username)).Username).toBe(Username);
    }
  });

  it('sends one token with all attempts of one write, and another with the next', async () => {
    table.proxy.fail('TransactWriteItems', 'conflict', 2);
    const before = table.proxy.calls.length;
    await registered();
    await registered();
    const tokens = table.proxy.calls.slice(before).map(({ body }) => body.ClientRequestToken);
    expect(tokens).toHaveLength(4);
    expect(new Set(tokens.slice(0, 3)).size).toBe(1);
    expect(tokens[3]).not.toBe(tokens[0]);
  });

  it('gives up in the end, and leaves nothing half-written', async () => {
    table.proxy.fail('TransactWriteItems', 'throttled', 8);
    const username = `user${made + 1}`;
    await expect(registered()).rejects.toMatchObject({ code: 'TABLE_UNAVAILABLE' });
    table.proxy.heal();
    await expect(customers.get(username)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    await customers.create({ username, name: 'Any', email: `user${made}@example.com` }, now);
  });
});

describe('changing', () => {
  it('the name is one conditional write', async () => {
    const { Username } = await registered();
    expect(await table.proxy.during(() => customers.update(Username, { name: 'New' }, later))).toEqual(['UpdateItem']);
    expect(await customers.get(Username)).toMatchObject({ Name: 'New', UpdatedAt: later.toISOString() });
  });

  it('the e-mail is one read and one transaction, and frees the old one', async () => {
    const { Username, Email } = await registered();
    const email = `moved.${Username}@example.com`;
    const operations = await table.proxy.during(() => customers.update(Username, { email, name: 'Moved' }, later));
    expect(operations).toEqual(['GetItem', 'TransactWriteItems']);
    expect(await customers.get(Username)).toMatchObject({ Email: email, Name: 'Moved' });
    await customers.create({ username: `heir.${Username}`, name: 'Heir', email: Email }, now);
  });

  it('the e-mail to the same one writes nothing, to another case of it keeps it taken', async () => {
    const customer = await registered();
    const same = () => customers.update(customer.Username, { email: customer.Email }, later);
    expect(await table.proxy.during(same)).toEqual(['GetItem']);
    expect(await same()).toEqual(customer);
    const upper = customer.Email.toUpperCase();
    expect(await customers.update(customer.Username, { email: upper }, later)).toMatchObject({ Email: upper });
    const thief = { username: 'thief', name: 'Thief', email: customer.Email };
    await expect(customers.create(thief, now)).rejects.toMatchObject({ code: 'EMAIL_TAKEN' });
  });

  it("the e-mail to another customer's is refused and changes nothing", async () => {
    const [one, other] = [await registered(), await registered()];
    const changing = customers.update(one.Username, { email: other.Email, name: 'Never' }, later);
    await expect(changing).rejects.toMatchObject({ code: 'EMAIL_TAKEN' });
    expect(await customers.get(one.Username)).toEqual(one);
  });

  it('one e-mail from two sides leaves one marker and one owner', async () => {
    const [one, other] = [await registered(), await registered()];
    const email = `contested.${one.Username}@example.com`;
    const calls = [one, other].map(({ Username }) => customers.update(Username, { email }, later));
    expect(await outcomes(calls)).toEqual({ won: 1, codes: ['EMAIL_TAKEN'] });
  });

  it('the address is one write, survives a lost reply, and never makes a customer', async () => {
    const { Username } = await registered();
    const setting = () => customers.setAddress(Username, '124 Street', later);
    expect(await table.proxy.during(setting)).toEqual(['UpdateItem']);
    table.proxy.fail('UpdateItem', 'lost-reply');
    expect(await setting()).toMatchObject({ Address: '124 Street' });
    table.proxy.fail('UpdateItem', 'conflict');
    expect(await setting()).toMatchObject({ Address: '124 Street' });
    await expect(customers.setAddress('nobody', 'x', later)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    await expect(customers.get('nobody')).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
  });
});

describe('deleting', () => {
  it('is one read and one transaction; the e-mail is free, the name stays taken, no personal data stays', async () => {
    const { Username, Email } = await registered();
    await customers.setAddress(Username, 'Secret Street', later);
    const operations = await table.proxy.during(() => customers.delete(Username, later));
    expect(operations).toEqual(['GetItem', 'TransactWriteItems']);
    await expect(customers.get(Username)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    await expect(customers.update(Username, { name: 'Ghost' }, later)).rejects.toMatchObject({
      code: 'USER_NOT_FOUND',
    });
    await expect(customers.delete(Username, later)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    const again = { username: Username, name: 'Again', email: Email };
    await expect(customers.create(again, now)).rejects.toMatchObject({ code: 'USERNAME_TAKEN' });
    await customers.create({ ...again, username: `next.${Username}` }, now);
    const stored = await storedItem(`CUSTOMER#${Username}`);
    expect(Object.keys(stored ?? {}).sort()).toEqual([
      'CreatedAt',
      'DeletedAt',
      'PK',
      'SK',
      'Type',
      'UpdatedAt',
      'Username',
    ]);
  });

  it('once more after a lost reply is still one deletion', async () => {
    const { Username } = await registered();
    table.proxy.fail('TransactWriteItems', 'lost-reply');
    await customers.delete(Username, later);
    await expect(customers.get(Username)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
  });

  it('by two at once is done by one', async () => {
    const { Username } = await registered();
    const calls = [customers.delete(Username, later), customers.delete(Username, later)];
    expect(await outcomes(calls)).toEqual({ won: 1, codes: ['USER_NOT_FOUND'] });
  });
});

describe('listing', () => {
  it('is eight queries side by side, by name, each customer once, deleted ones not at all', async () => {
    const gone = await registered();
    await customers.delete(gone.Username, later);
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const operations = await table.proxy.during(async () => {
        const page = await customers.list({ limit: 20, nextToken });
        expect(page.customers.length).toBeGreaterThan(0);
        seen.push(...page.customers.map(({ Username }) => Username));
        nextToken = page.nextToken;
      });
      expect(operations).toEqual(Array.from({ length: 8 }, () => 'Query'));
    } while (nextToken !== undefined);
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toContain('wanted');
    expect(seen).not.toContain(gone.Username);
  });

  it('refuses a cursor that is not its own', async () => {
    await expect(customers.list({ limit: 1, nextToken: 'AAAA' })).rejects.toMatchObject({ code: 'BAD_CURSOR' });
  });
});

async function storedItem(key: string): Promise<Record<string, unknown> | undefined> {
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: { PK: key, SK: key } }));
  return Item;
}
