import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { Answers } from './answers.js';
import type { ApiRequest } from './api-request.js';

/** Answers whatever the framework, its guards and the handlers throw. */
@Catch()
export class ApiExceptionFilter implements ExceptionFilter {
  constructor(private readonly answers: Answers) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answers.error(http.getRequest<ApiRequest>(), http.getResponse<Response>(), error);
  }
}
