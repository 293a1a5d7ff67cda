import { dirname, join, relative, sep } from 'node:path'

const SRC = join(import.meta.dirname, '../src')
const SHARED = ['shell', 'form', 'session', 'words']
/** Files of src itself that only the start of the app needs; all others stand below every place. */
const TOP = ['main', 'App.vue', 'router']
/** Files of src itself that put features together. */
const JOINTS = ['App.vue', 'router.ts', 'sentence.ts', 'auth.ts']

/** The path below src that an import names; null for a package. */
function targetOf(source, file) {
  if (source.startsWith('@/')) return source.slice(2)
  return source.startsWith('.') ? relative(SRC, join(dirname(file), source)).split(sep).join('/') : null
}

function isOwn([, feature], [, other]) {
  return feature === other || other === 'feature' || feature === 'index.ts'
}

/** Why a file may not import another, both as paths below src; null where it may. */
export function refusal(file, target) {
  const [here, there] = [file.split('/'), target.split('/')]
  const [place, other] = [here[0], there[0]]
  if (other === 'features') {
    const fine = place === 'features' ? isOwn(here, there) : JOINTS.includes(file)
    return fine ? null : 'A feature is imported by itself and by what puts features together: move down what others need.'
  }
  if (here.length > 1 && TOP.includes(other)) return 'What starts the app is imported by nothing below it.'
  const shared = SHARED.indexOf(place)
  if (shared < 0 || !SHARED.includes(other)) return null
  return SHARED.indexOf(other) >= shared ? null : `Places import downwards: ${SHARED.join(', ')}.`
}

/** What each place of src may import, at once or later: features nothing of each other, others nothing above them. */
export const places = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = relative(SRC, context.filename).split(sep).join('/')
    function check(node) {
      const source = node.source?.value
      const target = typeof source === 'string' ? targetOf(source, context.filename) : null
      const message = target === null || file.startsWith('..') ? null : refusal(file, target)
      if (message) context.report({ node, message })
    }
    return {
      ImportDeclaration: check, ImportExpression: check, ExportNamedDeclaration: check, ExportAllDeclaration: check,
      TSImportType: check,
    }
  },
}
