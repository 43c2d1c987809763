export { answerLink, type LinkAnswer } from './links.ts';
export { createRemoteTrailTopic } from './remote-trail-topic.ts';
export { createSnsService, SNS_ERRORS } from './sns-service.ts';
