/** The service's OpenAPI document; run with a file name it writes it there. */
import 'reflect-metadata';
import { customerExample } from '../../../libs/shared/src/customer.schema.js';
import { describeApi, writeDocument, type OpenApiDocument } from '../../../libs/shared/src/http/openapi-document.js';
import { UserController } from './user.controller.js';

export const document: OpenApiDocument = describeApi(
  {
    title: 'Users',
    version: '1.0',
    description: 'Register users, read and change them.',
    pathExamples: { username: customerExample.Username },
  },
  [UserController],
);

if (import.meta.main) writeDocument(document);
