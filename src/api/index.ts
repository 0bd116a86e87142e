export { ApiModule } from './api.module.js';
export { HttpAdapter } from './http-adapter.js';
export { prepareHttp } from './http.js';
export { CertificateUnusable, ServerCertificate } from './server-certificate.js';
