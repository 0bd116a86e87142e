export { ApiModule } from './api.module.js';
export { prepareHttp } from './http.js';
