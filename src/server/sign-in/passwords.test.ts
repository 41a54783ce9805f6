// Which passwords are refused: those that a guesser tries first, however they are spelt and end. Sentences are welcome.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passwordProblem } from './passwords.ts';

const ADA = { id: 'ada.lovelace@bank.example', name: 'Ada Lovelace' };

test('O11 what is guessed first is refused', () => {
  for (const guess of [
    'Qwerty123456',
    'zaq12wsxcde3',
    '1q2w3e4r5t6y',
    'asdfghjkl;12',
    'йцукенгшщзхъ',
    'abcdefghijkl',
    '111111222222',
    'abababababab',
    'trustno1trustno1',
    'letmein12345',
    'drowssap1234',
    'P@$$w0rd1234',
    'January2026!',
    'Summer-2026-Summer',
    '31121999 1999',
    'bankbankbank',
    'GoshawkDesk1',
    'Welcome to Goshawk',
    'Lovelace1815!',
    'ada lovelace 12',
    'football football',
    'dragon-monkey-1',
    'CorrectHorseBatteryStaple',
    'correct horse battery staple!',
    'пароль123456',
  ]) {
    assert.notEqual(passwordProblem(guess, ADA), undefined, guess);
  }
});

test('O11 sentences and what is random are taken, in any alphabet', () => {
  for (const password of [
    'kettle orange staircase',
    'my dog eats green apples',
    'a long enough passphrase',
    'ein sicheres kennwort ist lang',
    'кошка пьёт холодный чай',
    '猫は冷たいお茶を飲みます今日も',
    'xkvqpwzmtjrl',
    'Zq8#kk2!pLm0',
    'Tr0ub4dor&3xyz',
  ]) {
    assert.equal(passwordProblem(password, ADA), undefined, password);
  }
});

test('O11 a password has twelve to two hundred characters, and the longest is looked at in a moment', () => {
  assert.match(String(passwordProblem('Zq8#kk2!pLm', ADA)), /at least 12/);
  const longest = 'kettle orange staircase '.repeat(9).slice(0, 200);
  const started = performance.now();
  assert.equal(passwordProblem(longest, ADA), undefined);
  assert.ok(performance.now() - started < 2000);
  assert.match(String(passwordProblem(`${longest}x`, ADA)), /at most 200/);
  assert.match(String(passwordProblem(`${longest.slice(20)}\ud800`, ADA)), /Unicode/);
});
