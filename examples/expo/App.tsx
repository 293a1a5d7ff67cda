import { useState } from 'react'
import { Button, Text, TextInput, View } from 'react-native'
import { auth } from './auth'

function Door() {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState('')
  async function enter() {
    const { error } = await auth.signIn.email({ email, password })
    setProblem(error ? (error.message ?? 'The server cannot be reached.') : '')
  }
  return (
    <View>
      <TextInput value={email} onChangeText={setEmail} autoCapitalize="none" keyboardType="email-address" placeholder="E-mail" />
      <TextInput value={password} onChangeText={setPassword} secureTextEntry placeholder="Password" />
      <Button title="Sign in" onPress={() => void enter()} />
      <Text accessibilityRole="alert">{problem}</Text>
    </View>
  )
}

/** What is below it is for people who are signed in. */
export default function App() {
  const { data, isPending } = auth.useSession()
  if (isPending) return <Text>One moment …</Text>
  if (!data) return <Door />
  return (
    <View>
      <Text>Hello, {data.user.name}</Text>
      <Button title="Sign out" onPress={() => void auth.signOut()} />
    </View>
  )
}
