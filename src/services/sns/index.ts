export { answerLink, type LinkAnswer } from './links.ts';
export { createSnsService, SNS_ERRORS } from './sns-service.ts';
