/** What can be done with users. */
import { Inject, Injectable } from '@nestjs/common';
import { toCustomerView, type CustomerView } from '../../../libs/shared/src/customer.schema.js';
import { Problem } from '../../../libs/shared/src/errors.js';
import { Clock } from '../../../libs/shared/src/http/shared.module.js';
import { CustomerRepository } from '../../../libs/shared/src/table/customer.repository.js';
import { usernameSchema } from '../../../libs/shared/src/text.schema.js';
import { type AddressQuery, type NewUser, type UserChanges, type UserListQuery } from './user.schema.js';

@Injectable()
export class UserService {
  constructor(
    @Inject(CustomerRepository) private readonly customers: CustomerRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws Problem USERNAME_TAKEN, EMAIL_TAKEN */
  async register(user: NewUser): Promise<CustomerView> {
    return toCustomerView(await this.customers.create(user, this.clock.now()));
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
    return toCustomerView(await this.customers.update(possible(username), changes, this.clock.now()));
  }

  /** @throws Problem USER_NOT_FOUND */
  async setAddress({ username, new_address: address }: AddressQuery): Promise<CustomerView> {
    return toCustomerView(await this.customers.setAddress(username, address, this.clock.now()));
  }

  /** @throws Problem USER_NOT_FOUND */
  delete(username: string): Promise<void> {
    return this.customers.delete(possible(username), this.clock.now());
  }
}

/** A path may hold any text; one that cannot be a username is nobody's. */
function possible(username: string): string {
  const { success } = usernameSchema.safeParse(username);
  if (!success || username !== username.trim()) throw new Problem('USER_NOT_FOUND');
  return username;
}
