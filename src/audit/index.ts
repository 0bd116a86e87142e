export { type ActPlace, type AuditAct, type AuditAction, AuditLog, type NotedAct } from './audit-log.js';
export { AuditModule } from './audit.module.js';
