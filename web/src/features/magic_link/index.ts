import type { Feature } from '@/features/feature'
import { sentences } from './sentences'

export default { sentences } satisfies Feature
