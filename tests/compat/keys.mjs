// The client plugins of other keys than a password, for steps that ask for them.
import {
  anonymousClient,
  lastLoginMethodClient,
  multiSessionClient,
  phoneNumberClient,
  usernameClient,
} from 'better-auth/client/plugins'

export const keys = [
  usernameClient(),
  anonymousClient(),
  phoneNumberClient(),
  multiSessionClient(),
  lastLoginMethodClient(),
]
