/** The routes of users. */
import { Body, Controller, Delete, Get, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { customerExample } from '../../../libs/shared/src/customer.schema.js';
import { newUsername } from '../../../libs/shared/src/id.js';
import { Operation } from '../../../libs/shared/src/http/operation.js';
import {
  addressQuerySchema,
  doneSchema,
  messageSchema,
  newUserSchema,
  registeredSchema,
  registrationSchema,
  userAnswerSchema,
  userChangesSchema,
  userListQuerySchema,
  userListSchema,
  type AddressQuery,
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
import { UserService } from './user.service.js';

const fetched = 'user fetched successfully';
const newUserExample = { email: 'test@gmail.com', name: 'Test Name', username: 'test111' };

@Controller()
export class UserController {
  constructor(@Inject(UserService) private readonly users: UserService) {}

  @Post('add_user')
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
    const { Username } = await this.users.register(body);
    return { message: `User ${Username} with added successfully` };
  }

  @Post('users')
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
    return { message: 'User created successfully', success: true, data: await this.users.register(body) };
  }

  @Post('users/register')
  @Operation({
    id: 'registerUser',
    summary: 'Register a user under a name of its own or one that the server makes.',
    status: 201,
    answer: registeredSchema,
    example: { userId: 'test111', message: 'User registered successfully' },
    bodyExample: { email: 'john@example.com', name: 'John Doe' },
    failures: ['USERNAME_TAKEN', 'EMAIL_TAKEN'],
  })
  async register(@Body({ schema: registrationSchema }) body: Registration): Promise<Registered> {
    const { Username } = await this.users.register({ ...body, username: body.username ?? newUsername() });
    return { userId: Username, message: 'User registered successfully' };
  }

  @Get('users')
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
  async get(@Param('username') username: string): Promise<UserAnswer> {
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
    failures: ['USER_NOT_FOUND', 'EMAIL_TAKEN'],
  })
  async update(
    @Param('username') username: string,
    @Body({ schema: userChangesSchema }) changes: UserChanges,
  ): Promise<UserAnswer> {
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
  async editAddress(@Query({ schema: addressQuerySchema }) query: AddressQuery): Promise<UserAnswer> {
    return { message: 'Address updated successfully', success: true, data: await this.users.setAddress(query) };
  }

  @Delete('users/:username')
  @Operation({
    id: 'deleteUser',
    summary: 'Delete a user: its e-mail is free again, its name stays taken, its orders stay.',
    status: 200,
    answer: doneSchema,
    example: { message: 'User deleted successfully', success: true },
    failures: ['USER_NOT_FOUND'],
  })
  async delete(@Param('username') username: string): Promise<Done> {
    await this.users.delete(username);
    return { message: 'User deleted successfully', success: true };
  }
}
