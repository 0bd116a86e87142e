export { asyncApiDocument, fromClient, toClient } from './asyncapi/document.js';
export { DocumentsModule } from './documents.module.js';
export { openApiDocument } from './openapi/document.js';
