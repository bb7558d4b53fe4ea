/** The system, on one page. Every runtime reads it; nothing here says where it runs. */
import {
  ageOf,
  deadLettersIn,
  depthOf,
  errorLinesIn,
  errorsIn,
  failuresIn,
  partialFailuresIn,
  serverErrorsIn,
  throttlesIn,
} from './alarms-on.js';
import { handlerFunction, httpFunction, queue, singleTable, topic } from './construct.js';
import { days, hours, minutes, seconds } from './duration.js';
import { changedItem, newItem, pipe } from './pipe.js';
import { consumer } from './queue-consumer.js';
import { restApi } from './rest-api.js';
import { system } from './system.js';
import { userPool } from './user-pool.js';

const table = singleTable('data', {
  index: 'GSI1',
  stream: 'NEW_AND_OLD_IMAGES',
  expiry: 'ExpiresAt',
  requestId: 'RequestId',
});

const orderEvents = topic('order-events');
const monitoring = topic('monitoring');
const inbox = queue('order-events-inbox', { developmentOnly: true });
const orderEventsDead = queue('order-events-dead');

// A registration that is under way marks its pool user by the attribute.
const signIn = userPool('sign-in', { groups: ['apiAdmins'], attributes: ['registration'] });

const users = httpFunction('user-service', {
  entry: 'apps/user-service',
  grants: [
    table.items('CUSTOMER', 'CUSTOMEREMAIL').readWrite,
    signIn.tokens,
    signIn.actions(
      'AdminCreateUser',
      'AdminDeleteUser',
      'AdminDisableUser',
      'AdminEnableUser',
      'AdminGetUser',
      'AdminInitiateAuth',
      'AdminSetUserPassword',
      'AdminUpdateUserAttributes',
    ),
  ],
});

const orders = httpFunction('order-service', {
  entry: 'apps/order-service',
  grants: [table.items('CUSTOMER', 'ORDER', 'PRODUCT', 'IDEMPOTENCY').readWrite, signIn.tokens],
});

const products = httpFunction('product-service', {
  entry: 'apps/product-service',
  grants: [table.items('PRODUCT').readWrite, signIn.tokens],
});

const purchaseEventsDead = queue('product-purchases-dead.fifo');
const purchaseEvents = queue('product-purchases.fifo', { deadLetters: { queue: purchaseEventsDead, maxReceives: 3 } });

const purchases = httpFunction('purchase-service', {
  entry: 'apps/purchase-service',
  grants: [purchaseEvents.send, table.items('PURCHASE').read, signIn.tokens],
});

const purchaseWriter = handlerFunction('purchase-writer', {
  entry: 'apps/purchase-writer',
  timeout: seconds(20),
  grants: [purchaseEvents.consume, table.items('PURCHASE').readWrite],
});

const notifier = handlerFunction('notifier', {
  entry: 'apps/notifier',
  timeout: seconds(5),
  grants: [orderEvents.publish, table.items('IDEMPOTENCY').readWrite],
});

const api = restApi('api', {
  authorizer: signIn,
  public: ['ANY /users/register', 'ANY /users/login'],
  routes: {
    'ANY /add_user': users,
    'ANY /edit-address': users,
    'ANY /users': users,
    'ANY /users/register': users,
    'ANY /users/login': users,
    'ANY /users/{proxy+}': users,
    'ANY /orders': orders,
    'ANY /orders/{proxy+}': orders,
    'ANY /products': products,
    'ANY /products/{proxy+}': products,
    'ANY /product-purchase': purchases,
    'ANY /product-purchase/{proxy+}': purchases,
  },
});

const orderPipe = pipe('order-events', {
  source: table,
  filter: [newItem('#ORDER#'), changedItem('#ORDER#', 'Status', { not: 'PLACED' })],
  batch: 10,
  retries: 5,
  maxAge: hours(23),
  onPartialFailure: 'bisect',
  deadLetters: orderEventsDead,
  target: notifier,
});

const functions = [users, orders, products, purchases, purchaseWriter, notifier];

export const topology = system('tabletop', {
  api,
  pipes: [orderPipe],
  consumers: [consumer(purchaseEvents, purchaseWriter)],
  subscriptions: [orderEvents.deliverTo(inbox)],
  alarms: [
    ...functions.flatMap((each) => [errorLinesIn(each), errorsIn(each), throttlesIn(each)]),
    serverErrorsIn(api),
    ...[failuresIn(orderPipe), partialFailuresIn(orderPipe), throttlesIn(orderPipe)],
    ...[ageOf(purchaseEvents, { threshold: minutes(5) }), depthOf(purchaseEvents, { threshold: 1000 })],
    // A queue keeps a message for 14 days; half of them have gone by, and nobody has looked.
    ...[orderEventsDead, purchaseEventsDead].flatMap((each) => [
      deadLettersIn(each),
      ageOf(each, { threshold: days(7) }),
    ]),
  ].map((alarm) => alarm.to(monitoring)),
});

/** Other names of its deployment: the scripts of seed document 003 ask for the API's address by this one. */
export const aliases: readonly string[] = ['ecommerce-microservices'];
