/** What crosses the border of the user service, in and out. */
import * as z from 'zod';
import { customerSchema } from '../../../libs/shared/src/customer.schema.js';
import { limitSchema, nextTokenSchema, textSchema, usernameSchema } from '../../../libs/shared/src/text.schema.js';

const LONGEST_EMAIL = 254;
const DEFAULT_LIMIT = 50;

const nameSchema = textSchema(1, 200).meta({ example: 'Test Name' });
const emailSchema = textSchema(1, LONGEST_EMAIL)
  .pipe(z.email('must be an e-mail address'))
  .meta({ example: 'test@gmail.com' });

export const newUserSchema = z
  .strictObject({ email: emailSchema, name: nameSchema, username: usernameSchema })
  .meta({ id: 'NewUser' });
export type NewUser = z.output<typeof newUserSchema>;

/** What the pool's policy and Cognito's own pattern for passwords ask for, so that most passwords are refused before anything is made. */
const passwordSchema = z
  .string()
  .min(8, 'must have at least 8 characters')
  .max(256, 'must have at most 256 characters')
  .regex(/^\S*$/, 'must have no white space')
  .refine((text) => /[a-z]/.test(text) && /[A-Z]/.test(text) && /[0-9]/.test(text), {
    message: 'must have a lower case letter, an upper case letter and a digit',
  })
  .meta({ format: 'password', example: 'Secret-123' });

/** Without a username the server makes one; who has no password cannot sign in. */
export const registrationSchema = z
  .strictObject({
    email: emailSchema,
    name: nameSchema,
    username: usernameSchema.optional(),
    password: passwordSchema.optional(),
  })
  .meta({ id: 'Registration' });
export type Registration = z.output<typeof registrationSchema>;

/** By name, or by the e-mail that a customer has. */
export const credentialsSchema = z
  .strictObject({
    username: textSchema(1, 128).meta({ example: 'john' }).optional(),
    email: emailSchema.optional(),
    password: z
      .string()
      .min(1, 'must have at least 1 character')
      .max(256, 'must have at most 256 characters')
      .meta({ format: 'password', example: 'Secret-123' }),
  })
  .refine(({ username, email }) => (username === undefined) !== (email === undefined), {
    message: 'give username or email, one of the two',
    when: ({ issues }) => issues.length === 0,
  })
  .meta({ id: 'Credentials', oneOf: [{ required: ['username'] }, { required: ['email'] }] });
export type Credentials = z.output<typeof credentialsSchema>;

export const userChangesSchema = z
  .strictObject({ email: emailSchema.optional(), name: nameSchema.optional() })
  .refine(({ email, name }) => email !== undefined || name !== undefined, {
    message: 'give email, name, or both',
    when: ({ issues }) => issues.length === 0,
  })
  .meta({ id: 'UserChanges' });
export type UserChanges = z.output<typeof userChangesSchema>;

export const addressQuerySchema = z.strictObject({
  username: usernameSchema,
  new_address: textSchema(1, 500).meta({ example: '124 Street Akl NZ' }),
});
export type AddressQuery = z.output<typeof addressQuerySchema>;

export const userListQuerySchema = z.strictObject({ limit: limitSchema(DEFAULT_LIMIT), nextToken: nextTokenSchema });
export type UserListQuery = z.output<typeof userListQuerySchema>;

export const messageSchema = z.object({ message: z.string() });
export const doneSchema = z.object({ message: z.string(), success: z.literal(true) });
export const userAnswerSchema = doneSchema.extend({ data: customerSchema });
export const userListSchema = doneSchema.extend({ data: z.array(customerSchema), nextToken: z.string().optional() });

export const registeredSchema = z.object({ userId: z.string(), message: z.string() });

export const loginSchema = z.object({
  userId: z.string(),
  name: z.string(),
  token: z.string().meta({ description: 'The ID token: send it as Authorization: Bearer.' }),
  refreshToken: z.string(),
  expiresIn: z.int().meta({ description: 'Seconds for which the token is good.' }),
});

export type Registered = z.output<typeof registeredSchema>;
export type Message = z.output<typeof messageSchema>;
export type Done = z.output<typeof doneSchema>;
export type UserAnswer = z.output<typeof userAnswerSchema>;
export type UserList = z.output<typeof userListSchema>;
