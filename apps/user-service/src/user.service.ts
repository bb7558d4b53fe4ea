/** What can be done with users. */
import { Inject, Injectable } from '@nestjs/common';
import { type Caller } from '../../../libs/shared/src/auth/caller.js';
import { toCustomerView, type CustomerView } from '../../../libs/shared/src/customer.schema.js';
import { Problem } from '../../../libs/shared/src/errors.js';
import { Clock } from '../../../libs/shared/src/http/shared.module.js';
import { newRegistrationId, newUsername } from '../../../libs/shared/src/id.js';
import { CustomerRepository, type Customer } from '../../../libs/shared/src/table/customer.repository.js';
import { RegistrationRepository } from '../../../libs/shared/src/table/registration.repository.js';
import { usernameSchema } from '../../../libs/shared/src/text.schema.js';
import { Accounts, type Login, type Person } from './accounts.js';
import {
  type AddressQuery,
  type Credentials,
  type NewUser,
  type Registration,
  type UserChanges,
  type UserListQuery,
} from './user.schema.js';

@Injectable()
export class UserService {
  constructor(
    @Inject(CustomerRepository) private readonly customers: CustomerRepository,
    @Inject(RegistrationRepository) private readonly registrations: RegistrationRepository,
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** A customer that cannot sign in. @throws Problem USERNAME_TAKEN, EMAIL_TAKEN */
  async add(user: NewUser): Promise<CustomerView> {
    return toCustomerView(await this.customers.create(user, this.clock.now()));
  }

  /**
   * A customer that can sign in with its password; where everybody may do everything, one without is taken too. Who names no
   * username gets one.
   * @throws Problem USERNAME_TAKEN, EMAIL_TAKEN, SIGN_IN_UNAVAILABLE
   */
  async register({ password, username, ...person }: Registration, caller: Caller): Promise<CustomerView> {
    const named = { ...person, username: username ?? newUsername() };
    if (password === undefined) {
      if (caller.isAdmin) return this.add(named);
      throw new Problem('VALIDATION_FAILED', { errors: [{ field: 'password', message: 'is required' }] });
    }
    const customer =
      username === undefined ? this.registerUnnamed(named, password) : this.registerToSignIn(named, password);
    return toCustomerView(await customer);
  }

  /** @throws Problem BAD_CREDENTIALS, SIGN_IN_UNAVAILABLE */
  async login({ username, email, password }: Credentials): Promise<Login> {
    const name = username ?? (await this.customers.usernameOf(email ?? ''));
    const login = await this.accounts.signIn(name, password);
    // The pool has a copy, and users of its own: made by an administrator for a customer, or for nobody.
    const customer = await this.customers.find(login.userId);
    return { ...login, name: customer?.Name ?? login.name };
  }

  /** @throws Problem USER_NOT_FOUND */
  async get(username: string): Promise<CustomerView> {
    return toCustomerView(await this.customers.get(possible(username)));
  }

  /** @throws Problem BAD_CURSOR */
  async list(query: UserListQuery): Promise<{ data: CustomerView[]; nextToken?: string }> {
    const { customers, ...next } = await this.customers.list(query);
    return { data: customers.map(toCustomerView), ...next };
  }

  /** @throws Problem USER_NOT_FOUND, EMAIL_TAKEN */
  async update(username: string, changes: UserChanges): Promise<CustomerView> {
    const customer = await this.customers.update(possible(username), changes, this.clock.now());
    // After the table, which decides; sent again it is the same.
    await this.accounts.update(username, changes);
    return toCustomerView(customer);
  }

  /** @throws Problem USER_NOT_FOUND */
  async setAddress({ username, new_address: address }: AddressQuery): Promise<CustomerView> {
    return toCustomerView(await this.customers.setAddress(username, address, this.clock.now()));
  }

  /** Nobody can sign in to it from before it is deleted. @throws Problem USER_NOT_FOUND, SIGN_IN_UNAVAILABLE */
  async delete(username: string): Promise<void> {
    let canSignIn = false;
    await this.customers.delete(possible(username), this.clock.now(), async () => {
      canSignIn = await this.accounts.close(username);
    });
    if (canSignIn) await this.accounts.delete(username);
  }

  /**
   * The pool user first, the customer then, the password, and last the word of the table on whose password it is: of all that
   * go for a name, one. Sent again after a crash it begins where that one ended: until the customer is there, for anybody who
   * wants the name; from then on, for whoever names the same customer.
   */
  private async registerToSignIn(person: Person, password: string): Promise<Customer> {
    const { username } = person;
    const registration = newRegistrationId();
    const { customer, begun } = await this.beginOrTakeOver(person, registration);
    const id =
      begun ??
      (await this.accounts.replace(username, registration, async () => {
        const { customer: stored } = await this.registrations.look(person);
        return stored?.Registration === registration;
      }));
    return this.unlessTaken(id, async () => {
      await this.accounts.letIn(id, person, password);
      await this.registrations.settle(username, registration);
      await this.accounts.unmark(id);
      return customer;
    });
  }

  /**
   * As `registerToSignIn`, under a name that the server has made. It is another one each time, so that what a crash has left
   * is found by the e-mail, and has its name.
   */
  private async registerUnnamed(person: Person, password: string): Promise<Customer> {
    try {
      return await this.registerToSignIn(person, password);
    } catch (error) {
      if (!isTaken(error)) throw error;
      const owner = error.code === 'EMAIL_TAKEN' ? await this.customers.usernameOf(person.email) : undefined;
      if (owner === undefined) throw emailTaken(error);
      return await this.registerToSignIn({ ...person, username: owner }, password).catch((again: unknown) => {
        throw isTaken(again) ? emailTaken(again) : again;
      });
    }
  }

  /** The customer, which is this registration's from now on, and its pool user if it could make one already. */
  private async beginOrTakeOver(
    person: Person,
    registration: string,
  ): Promise<{ customer: Customer; begun?: string | undefined }> {
    const { username } = person;
    const { customer, refusal } = await this.registrations.look(person);
    const other = customer?.Registration;
    if (customer && other !== undefined && isSame(customer, person) && (await this.accounts.isHalf(username, other))) {
      await this.registrations.takeOver(person, other, registration);
      return { customer };
    }
    if (refusal) throw refusal;
    const begun = await this.accounts.begin(username, registration);
    return this.unlessTaken(begun, async () => ({
      customer: await this.customers.create(person, this.clock.now(), registration),
      begun,
    }));
  }

  /** Leaves no pool user behind of a registration that another has overtaken. */
  private async unlessTaken<T>(id: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (id !== undefined && isTaken(error)) await this.accounts.discard(id);
      throw error;
    }
  }
}

const isSame = ({ Name, Email }: Customer, { name, email }: Person): boolean => Name === name && Email === email;

/** Who named no name is told of none. */
const emailTaken = (cause: Problem): Problem =>
  new Problem('EMAIL_TAKEN', { errors: [{ field: 'email', message: 'is taken' }], cause });

const isTaken = (error: unknown): error is Problem =>
  error instanceof Problem && (error.code === 'USERNAME_TAKEN' || error.code === 'EMAIL_TAKEN');

/** A path may hold any text; one that cannot be a username is nobody's. */
function possible(username: string): string {
  const { success } = usernameSchema.safeParse(username);
  if (!success || username !== username.trim()) throw new Problem('USER_NOT_FOUND');
  return username;
}
