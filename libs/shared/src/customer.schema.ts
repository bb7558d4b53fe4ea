/** A customer as every service shows it. */
import * as z from 'zod';
import { timeSchema } from './text.schema.js';
import { type Customer } from './table/customer.repository.js';
import { customerKey } from './table/data-table.js';

/** A customer under the names it is stored by. */
export const customerSchema = z
  .object({
    PK: z.string(),
    SK: z.string(),
    Username: z.string(),
    Name: z.string(),
    Email: z.string(),
    Address: z.string().optional(),
    CreatedAt: timeSchema,
    UpdatedAt: timeSchema.optional(),
  })
  .meta({ id: 'Customer' });
export type CustomerView = z.output<typeof customerSchema>;

/** Leaves out what is internal to the table. */
export function toCustomerView(customer: Customer): CustomerView {
  const { Username, Name, Email, Address, CreatedAt, UpdatedAt } = customer;
  const key = customerKey(Username);
  return {
    ...{ PK: key, SK: key, Username, Name, Email },
    ...(Address !== undefined && { Address }),
    CreatedAt,
    ...(UpdatedAt !== undefined && { UpdatedAt }),
  };
}

export const customerExample: CustomerView = {
  ...{ PK: customerKey('test111'), SK: customerKey('test111'), Username: 'test111' },
  ...{ Name: 'Test Name', Email: 'test@gmail.com', CreatedAt: '2026-11-21T09:30:00.000Z' },
};
