package org.enstore.accounting;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A client that knows nothing of the service but its address, as grpcurl: it asks the service what
 * there is, and calls that with messages made of the answers. No generated class takes part.
 */
public final class ReflectionClient {
  private static final CallOptions OPTIONS = CallOptions.DEFAULT.withWaitForReady();

  private final Channel channel;

  public ReflectionClient(Channel channel) {
    this.channel = channel;
  }

  /** The names of the services that the server has. */
  public List<String> services() throws InterruptedException {
    ServerReflectionResponse answer =
        ask(ServerReflectionRequest.newBuilder().setListServices("").build());
    return answer.getListServicesResponse().getServiceList().stream()
        .map(service -> service.getName())
        .toList();
  }

  /** What the server says of one of its services. */
  ServiceDescriptor describe(String service)
      throws InterruptedException, InvalidProtocolBufferException, DescriptorValidationException {
    Map<String, FileDescriptorProto> files = new HashMap<>();
    ServerReflectionRequest request =
        ServerReflectionRequest.newBuilder().setFileContainingSymbol(service).build();
    for (ByteString bytes : ask(request).getFileDescriptorResponse().getFileDescriptorProtoList()) {
      FileDescriptorProto file = FileDescriptorProto.parseFrom(bytes);
      files.put(file.getName(), file);
    }
    for (FileDescriptorProto file : files.values()) {
      ServiceDescriptor found =
          build(file, files).findServiceByName(service.substring(service.lastIndexOf('.') + 1));
      if (found != null) {
        return found;
      }
    }
    throw new AssertionError("the server does not describe " + service);
  }

  private static FileDescriptor build(
      FileDescriptorProto file, Map<String, FileDescriptorProto> files)
      throws DescriptorValidationException {
    List<FileDescriptor> needed = new ArrayList<>();
    for (String name : file.getDependencyList()) {
      FileDescriptorProto dependency = files.get(name);
      if (dependency == null) {
        throw new AssertionError("the server does not describe " + name);
      }
      needed.add(build(dependency, files));
    }
    return FileDescriptor.buildFrom(file, needed.toArray(new FileDescriptor[0]));
  }

  /** Calls {@code method} with a request in protobuf's text format; all that is answered. */
  List<DynamicMessage> call(ServiceDescriptor service, String method, String request)
      throws TextFormat.ParseException {
    MethodDescriptor described = service.findMethodByName(method);
    DynamicMessage.Builder message = DynamicMessage.newBuilder(described.getInputType());
    TextFormat.merge(request, message);
    List<DynamicMessage> answers = new ArrayList<>();
    ClientCalls.blockingServerStreamingCall(
            channel,
            io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
                .setType(
                    described.isServerStreaming()
                        ? io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING
                        : io.grpc.MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(service.getFullName() + "/" + method)
                .setRequestMarshaller(
                    ProtoUtils.marshaller(
                        DynamicMessage.getDefaultInstance(described.getInputType())))
                .setResponseMarshaller(
                    ProtoUtils.marshaller(
                        DynamicMessage.getDefaultInstance(described.getOutputType())))
                .build(),
            OPTIONS.withDeadlineAfter(60, TimeUnit.SECONDS),
            message.build())
        .forEachRemaining(answers::add);
    return answers;
  }

  private ServerReflectionResponse ask(ServerReflectionRequest request)
      throws InterruptedException {
    BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    StreamObserver<ServerReflectionRequest> call =
        ServerReflectionGrpc.newStub(channel)
            .withWaitForReady()
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    heard.add(response);
                  }

                  @Override
                  public void onError(Throwable thrown) {
                    heard.add(thrown);
                  }

                  @Override
                  public void onCompleted() {
                    heard.add("nothing");
                  }
                });
    call.onNext(request);
    call.onCompleted();
    Object first = heard.poll(60, TimeUnit.SECONDS);
    if (first instanceof ServerReflectionResponse response) {
      return response;
    }
    throw new AssertionError("reflection answered " + first);
  }
}
