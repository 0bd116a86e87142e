import { IsString, Length } from 'class-validator';

const KEY_RULE = { message: '$property must be a string of 1 to 512 characters' };

/** `POST /console/api/session` */
export class SignInDto {
  @IsString(KEY_RULE)
  @Length(1, 512, KEY_RULE)
  key!: string;
}
