/** Frameworks that answer with what a handler gives them. */
import 'reflect-metadata';
import { createServer, type RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Controller, Get, type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import express from 'express';
import express4 from 'express-4';
import fastify from 'fastify';
import { type Context, Hono } from 'hono';
import Koa from 'koa';
import { NextResponse } from 'next/server.js';
import { answered } from './loopback.ts';
import { bytesOf, type Consumer } from './matrix.ts';

type Express = typeof express;

const expressWith = (make: Express) => (x: unknown) => {
  let failed: unknown;
  const app = make();
  app.get('/', (_, response) => void response.type('bin').send(x));
  app.use(((error, _, response, __) => {
    failed = error;
    response.status(500).end();
  }) satisfies express.ErrorRequestHandler);
  return answered(app, () => failed);
};

/** An application with one controller. What decorators do to its methods is done by calls. */
export async function nestApp(routes: Record<string, () => unknown>): Promise<INestApplication> {
  class Files {}
  class App {}
  for (const [path, value] of Object.entries(routes)) {
    const descriptor = { value, configurable: true };
    Object.defineProperty(Files.prototype, path, descriptor);
    Get(path)(Files.prototype, path, descriptor);
  }
  Controller()(Files);
  Module({ controllers: [Files] })(App);
  const app = await NestFactory.create(App, { logger: false });
  await app.init();
  return app;
}

async function nest(x: unknown): Promise<Uint8Array> {
  let failed: unknown;
  const app = await nestApp({ '/': () => x });
  // biome-ignore lint/correctness/useHookAtTopLevel: it is no hook of React
  app.useGlobalFilters({
    catch: (error, host) => {
      failed = error;
      host.switchToHttp().getResponse<express.Response>().status(500).end();
    },
  });
  return answered(app.getHttpServer(), () => failed);
}

export const SERVERS: Consumer[] = [
  { name: 'Express 4', code: 'response.send(x)', deliver: expressWith(express4 as Express) },
  { name: 'Express 5', code: 'response.send(x)', deliver: expressWith(express) },
  {
    name: 'Koa',
    code: 'ctx.body = x',
    deliver: (x) => {
      let failed: unknown;
      const app = new Koa().use((context) => {
        context.body = x;
      });
      app.on('error', (error) => {
        failed = error;
      });
      return answered(app.callback(), () => failed);
    },
  },
  {
    name: 'Fastify',
    code: 'reply.send(x)',
    deliver: async (x) => {
      let failed: unknown;
      const app = fastify();
      app.get('/', (_, reply) => reply.send(x));
      app.setErrorHandler((error, _, reply) => {
        failed = error;
        return reply.code(500).send('');
      });
      await app.ready();
      return answered(app.server, () => failed);
    },
  },
  { name: 'NestJS', code: 'return x', deliver: nest },
  {
    name: 'Hono',
    code: 'context.body(x)',
    deliver: (x) => {
      let failed: unknown;
      const app = new Hono().get('/', (context: Context) => context.body(x as Uint8Array<ArrayBuffer>));
      app.onError((error, context) => {
        failed = error;
        return context.body(null, 500);
      });
      return answered(createServer(getRequestListener(app.fetch) as RequestListener), () => failed);
    },
  },
  {
    name: 'Next.js route handler',
    code: 'new NextResponse(x)',
    deliver: async (x) => bytesOf(new NextResponse(x as BodyInit)),
  },
  {
    name: 'AWS Lambda',
    code: "x.toString('base64')",
    deliver: async (x) => {
      const base64 = (x as Buffer).toString('base64');
      // What the runtime does with what a handler returns, and API Gateway with `isBase64Encoded`.
      const { body } = JSON.parse(JSON.stringify({ statusCode: 200, isBase64Encoded: true, body: base64 }));
      return Buffer.from(body, 'base64');
    },
  },
];
