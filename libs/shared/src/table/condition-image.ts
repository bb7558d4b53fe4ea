/** The item as it stood when a condition on it failed, for writes that ask for it (`ReturnValuesOnConditionCheckFailure`). */
import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { EntityFormatter } from 'dynamodb-toolbox/entity/actions/format';
import { cancellationReasons } from './retry.js';

/** Of a write of one item; undefined when there was no item. */
export const imageIn = <E extends Entity>(entity: E, error: unknown): FormattedItem<E> | undefined =>
  format(entity, (error as { Item?: Image }).Item);

/** Of the transaction's write at `index`; undefined when there was no item. */
export const imageAt = <E extends Entity>(entity: E, error: unknown, index: number): FormattedItem<E> | undefined =>
  format(entity, cancellationReasons(error)[index]?.Item);

type Image = Record<string, AttributeValue>;

const format = <E extends Entity>(entity: E, image: Image | undefined): FormattedItem<E> | undefined =>
  image && new EntityFormatter(entity).format(unmarshall(image));
