/** Tells a load balancer whether the service runs, and whether it can work. */
import { Controller, Get, Inject } from '@nestjs/common';
import { Access } from '../auth/access.js';
import { CustomerRepository } from '../table/customer.repository.js';
import { Problem } from '../errors.js';

/** A name that no customer can have: reading it needs no more rights than the services have, and finds nothing. */
const NOBODY = '-';

@Access('public')
@Controller('health')
export class HealthController {
  constructor(@Inject(CustomerRepository) private readonly customers: CustomerRepository) {}

  @Get('live')
  live(): { status: string } {
    return { status: 'live' };
  }

  /** Asks the table, so that a service without it is not ready. */
  @Get('ready')
  async ready(): Promise<{ status: string }> {
    try {
      await this.customers.get(NOBODY);
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'USER_NOT_FOUND'))
        throw new Problem('TABLE_UNAVAILABLE', { cause: error });
    }
    return { status: 'ready' };
  }
}
