/** The user service as a Nest module. */
import { Module } from '@nestjs/common';
import { Accounts } from './accounts.js';
import { UserController } from './user.controller.js';
import { UserService } from './user.service.js';

@Module({
  controllers: [UserController],
  providers: [UserService, { provide: Accounts, useFactory: () => Accounts.open() }],
})
export class UserModule {
  static readonly serviceName = 'user-service';
}
