import { Module } from '@nestjs/common';
import { DocsPage } from './docs-page.js';
import { DocumentsController } from './documents.controller.js';

@Module({ controllers: [DocumentsController], providers: [DocsPage] })
export class DocumentsModule {}
