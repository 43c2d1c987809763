import {readFileSync} from 'node:fs';import http from 'node:http';import net from 'node:net';
const n=4000;const port=+readFileSync(`/tmp/vb/${n}.port`,'utf8');
const info=JSON.parse(readFileSync(`/tmp/vb/${n}/info.json`));const paths=info.logs.map(k=>`/bench-trail/${k}`);
async function run(name,get,c){const go=async()=>{let i=0;await Promise.all(Array.from({length:c},async()=>{while(i<paths.length){const p=paths[i++];await get(p)}}))};
 for(let r=0;r<2;r++){const a=process.cpuUsage();const w=performance.now();await go();const u=process.cpuUsage(a);console.log(name,'conc',c,((u.user+u.system)/paths.length).toFixed(0),'us/req cpu',(performance.now()-w|0),'ms wall')}}
const agent=new http.Agent({keepAlive:true,maxSockets:16});
const t0=process.cpuUsage();const {Pool}=await import('undici');const t1=process.cpuUsage(t0);console.log('undici load',(t1.user+t1.system)/1000);
const pool=new Pool(`http://127.0.0.1:${port}`,{connections:16});
const H={host:'127.0.0.1:'+port,'x-amz-date':'20261101T000000Z',authorization:'AWS4-HMAC-SHA256 Credential=bench/20261101/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature='+'a'.repeat(64),'x-amz-content-sha256':'e'.repeat(64)};
await run('http',p=>new Promise((res,rej)=>http.get({port,host:'127.0.0.1',path:p,agent,headers:H},r=>{const a=[];r.on('data',d=>a.push(d));r.on('end',()=>res(Buffer.concat(a)))}).on('error',rej)),16);
await run('undici',p=>new Promise((res,rej)=>{const a=[];pool.dispatch({method:'GET',path:p,headers:H},{onRequestStart(){},onResponseStart(){},onResponseData(c,d){a.push(d)},onResponseEnd(){res(Buffer.concat(a))},onResponseError(c,e){rej(e)}})}),16);
// raw
class Raw{constructor(){this.s=net.connect(port,'127.0.0.1');this.s.setNoDelay(true);this.q=[];this.buf=null;this.s.on('data',d=>this.on(d))}
 get(p){return new Promise(res=>{this.q.push(res);this.s.write(`GET ${p} HTTP/1.1\r\nhost: ${H.host}\r\nx-amz-date: ${H['x-amz-date']}\r\nauthorization: ${H.authorization}\r\nx-amz-content-sha256: ${H['x-amz-content-sha256']}\r\n\r\n`,'latin1')})}
 on(d){this.buf=this.buf?Buffer.concat([this.buf,d]):d;for(;;){const b=this.buf;if(!b)return;const e=b.indexOf('\r\n\r\n');if(e<0)return;const h=b.latin1Slice(0,e).toLowerCase();const m=/content-length: (\d+)/.exec(h);const len=m?+m[1]:0;if(!m)throw new Error(h);if(b.length<e+4+len)return;const body=b.subarray(e+4,e+4+len);this.buf=b.length>e+4+len?b.subarray(e+4+len):null;this.q.shift()(body)}}}
for(const [socks,depth] of [[16,1],[8,1],[4,1],[4,4]]){const rs=Array.from({length:socks},()=>new Raw());let k=0;
await run(`raw ${socks}x${depth}`,p=>rs[k++%socks].get(p),socks*depth);rs.forEach(r=>r.s.destroy());}
process.exit()
