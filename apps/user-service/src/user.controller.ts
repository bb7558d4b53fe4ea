/** The routes of users. */
import { Body, Controller, Delete, Get, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { Access } from '../../../libs/shared/src/auth/access.js';
import { Calling } from '../../../libs/shared/src/auth/auth.guard.js';
import { type Caller } from '../../../libs/shared/src/auth/caller.js';
import { customerExample } from '../../../libs/shared/src/customer.schema.js';
import { Operation } from '../../../libs/shared/src/http/operation.js';
import {
  addressQuerySchema,
  credentialsSchema,
  doneSchema,
  loginSchema,
  messageSchema,
  newUserSchema,
  registeredSchema,
  registrationSchema,
  userAnswerSchema,
  userChangesSchema,
  userListQuerySchema,
  userListSchema,
  type AddressQuery,
  type Credentials,
  type Done,
  type Message,
  type NewUser,
  type Registered,
  type Registration,
  type UserAnswer,
  type UserChanges,
  type UserList,
  type UserListQuery,
} from './user.schema.js';
import { type Login } from './accounts.js';
import { UserService } from './user.service.js';

const fetched = 'user fetched successfully';
const newUserExample = { email: 'test@gmail.com', name: 'Test Name', username: 'test111' };

@Controller()
export class UserController {
  constructor(@Inject(UserService) private readonly users: UserService) {}

  @Post('add_user')
  @Access('admin')
  @Operation({
    id: 'addUser',
    summary: 'Register a user.',
    status: 200,
    answer: messageSchema,
    example: { message: 'User test111 with added successfully' },
    bodyExample: newUserExample,
    failures: ['USERNAME_TAKEN', 'EMAIL_TAKEN'],
  })
  async add(@Body({ schema: newUserSchema }) body: NewUser): Promise<Message> {
    const { Username } = await this.users.add(body);
    return { message: `User ${Username} with added successfully` };
  }

  @Post('users')
  @Access('admin')
  @Operation({
    id: 'createUser',
    summary: 'Register a user, and get it back.',
    status: 201,
    answer: userAnswerSchema,
    example: { message: 'User created successfully', success: true, data: customerExample },
    bodyExample: { email: 'jane@example.com', name: 'Jane Doe', username: 'jane' },
    failures: ['USERNAME_TAKEN', 'EMAIL_TAKEN'],
  })
  async create(@Body({ schema: newUserSchema }) body: NewUser): Promise<UserAnswer> {
    return { message: 'User created successfully', success: true, data: await this.users.add(body) };
  }

  @Post('users/register')
  @Access('public')
  @Operation({
    id: 'registerUser',
    summary: 'Register a user under a name of its own or one that the server makes.',
    status: 201,
    answer: registeredSchema,
    example: { userId: 'test111', message: 'User registered successfully' },
    bodyExample: { email: 'john@example.com', name: 'John Doe', password: 'Secret-123' },
    failures: ['USERNAME_TAKEN', 'EMAIL_TAKEN', 'SIGN_IN_UNAVAILABLE'],
  })
  async register(
    @Body({ schema: registrationSchema }) body: Registration,
    @Calling() caller: Caller,
  ): Promise<Registered> {
    const { Username } = await this.users.register(body, caller);
    return { userId: Username, message: 'User registered successfully' };
  }

  @Post('users/login')
  @Access('public')
  @Operation({
    id: 'login',
    summary: 'Sign in by name or by e-mail.',
    status: 200,
    answer: loginSchema,
    example: { userId: 'john', name: 'John Doe', token: 'eyJraWQ...', refreshToken: 'am9obg...', expiresIn: 3600 },
    bodyExample: { email: 'john@example.com', password: 'Secret-123' },
    failures: ['BAD_CREDENTIALS', 'SIGN_IN_UNAVAILABLE'],
  })
  login(@Body({ schema: credentialsSchema }) credentials: Credentials): Promise<Login> {
    return this.users.login(credentials);
  }

  @Get('users')
  @Access('admin')
  @Operation({
    id: 'listUsers',
    summary: 'All users, by username.',
    status: 200,
    answer: userListSchema,
    example: { message: 'users fetched successfully', success: true, data: [customerExample] },
    failures: ['BAD_CURSOR'],
  })
  async list(@Query({ schema: userListQuerySchema }) query: UserListQuery): Promise<UserList> {
    return { message: 'users fetched successfully', success: true, ...(await this.users.list(query)) };
  }

  @Get('users/:username')
  @Operation({
    id: 'getUser',
    summary: 'One user.',
    status: 200,
    answer: userAnswerSchema,
    example: { message: fetched, success: true, data: customerExample },
    failures: ['USER_NOT_FOUND'],
  })
  async get(@Param('username') username: string, @Calling() caller: Caller): Promise<UserAnswer> {
    caller.mustBe(username);
    return { message: fetched, success: true, data: await this.users.get(username) };
  }

  @Put('users/:username')
  @Operation({
    id: 'updateUser',
    summary: 'Change the name or the e-mail of a user.',
    status: 200,
    answer: userAnswerSchema,
    example: { message: 'User updated successfully', success: true, data: customerExample },
    bodyExample: { name: 'New Name' },
    failures: ['USER_NOT_FOUND', 'EMAIL_TAKEN', 'SIGN_IN_UNAVAILABLE'],
  })
  async update(
    @Param('username') username: string,
    @Body({ schema: userChangesSchema }) changes: UserChanges,
    @Calling() caller: Caller,
  ): Promise<UserAnswer> {
    caller.mustBe(username);
    return { message: 'User updated successfully', success: true, data: await this.users.update(username, changes) };
  }

  @Post('edit-address')
  @Operation({
    id: 'editAddress',
    summary: 'Set the address of a user.',
    status: 200,
    answer: userAnswerSchema,
    example: { message: 'Address updated successfully', success: true, data: customerExample },
    failures: ['USER_NOT_FOUND'],
  })
  async editAddress(
    @Query({ schema: addressQuerySchema }) query: AddressQuery,
    @Calling() caller: Caller,
  ): Promise<UserAnswer> {
    caller.mustBe(query.username);
    return { message: 'Address updated successfully', success: true, data: await this.users.setAddress(query) };
  }

  @Delete('users/:username')
  @Operation({
    id: 'deleteUser',
    summary: 'Delete a user: its e-mail is free again, its name stays taken, its orders stay.',
    status: 200,
    answer: doneSchema,
    example: { message: 'User deleted successfully', success: true },
    failures: ['USER_NOT_FOUND', 'SIGN_IN_UNAVAILABLE'],
  })
  async delete(@Param('username') username: string, @Calling() caller: Caller): Promise<Done> {
    caller.mustBe(username);
    await this.users.delete(username);
    return { message: 'User deleted successfully', success: true };
  }
}
