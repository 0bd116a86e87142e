import { Controller, Get, UseGuards } from '@nestjs/common';
import { ConsoleGuard } from './console.guard.js';
import { HealthBoard } from './health-board.js';
import type { HealthHistory } from './views.js';

/** How the gateway was; how it is comes with the live stream. */
@Controller('console/api/health')
@UseGuards(ConsoleGuard)
export class HealthHistoryController {
  constructor(private readonly board: HealthBoard) {}

  @Get('history')
  history(): Promise<HealthHistory> {
    return this.board.history();
  }
}
