/** The routes of purchases. */
import { Body, Controller, Delete, Get, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { type Response } from 'express';
import { Operation } from '../../../libs/shared/src/http/operation.js';
import { RequestId } from '../../../libs/shared/src/http/request-context.js';
import {
  purchaseBodyExample,
  purchaseBodySchema,
  purchaseExample,
  purchaseListQuerySchema,
  purchaseListSchema,
  purchaseSchema,
  sentExample,
  sentSchema,
  type PurchaseBody,
  type PurchaseListQuery,
  type PurchaseView,
  type Sent,
} from './purchase.schema.js';
import { PurchaseService } from './purchase.service.js';

const sent = { status: 200, answer: sentSchema, example: sentExample } as const;

@Controller('product-purchase')
export class PurchaseController {
  constructor(@Inject(PurchaseService) private readonly purchases: PurchaseService) {}

  @Post()
  @Operation({
    id: 'createPurchase',
    summary: 'Send a purchase; it is stored a moment later.',
    ...sent,
    bodyExample: purchaseBodyExample,
    failures: ['QUEUE_UNAVAILABLE'],
  })
  create(@Body({ schema: purchaseBodySchema }) body: PurchaseBody, @RequestId() requestId: string): Promise<Sent> {
    return this.purchases.create(body, requestId);
  }

  @Get()
  @Operation({
    id: 'listPurchases',
    summary: 'Purchases, the newest first; the header x-next-token leads to the next page.',
    status: 200,
    answer: purchaseListSchema,
    example: [purchaseExample],
    failures: ['BAD_CURSOR'],
  })
  async list(
    @Query({ schema: purchaseListQuerySchema }) query: PurchaseListQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PurchaseView[]> {
    const { data, nextToken } = await this.purchases.list(query);
    // The list is a bare array, so the cursor has no place in the body.
    if (nextToken !== undefined) response.setHeader('x-next-token', nextToken);
    return data;
  }

  @Get(':id')
  @Operation({
    id: 'getPurchase',
    summary: 'One purchase.',
    status: 200,
    answer: purchaseSchema,
    example: purchaseExample,
    failures: ['PURCHASE_NOT_FOUND'],
  })
  get(@Param('id') id: string): Promise<PurchaseView> {
    return this.purchases.get(id);
  }

  @Put(':id')
  @Operation({
    id: 'updatePurchase',
    summary: 'Replace the fields of a purchase; that happens a moment later.',
    ...sent,
    bodyExample: purchaseBodyExample,
    failures: ['PURCHASE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
  })
  update(
    @Param('id') id: string,
    @Body({ schema: purchaseBodySchema }) body: PurchaseBody,
    @RequestId() requestId: string,
  ): Promise<Sent> {
    return this.purchases.update(id, body, requestId);
  }

  @Delete(':id')
  @Operation({
    id: 'deletePurchase',
    summary: 'Remove a purchase; that happens a moment later.',
    ...sent,
    failures: ['PURCHASE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
  })
  delete(@Param('id') id: string, @RequestId() requestId: string): Promise<Sent> {
    return this.purchases.delete(id, requestId);
  }
}
